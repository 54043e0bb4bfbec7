import "./styles/base.css";
import "./styles/page.css";
import "./styles/panel.css";
import "./styles/form.css";
import "./styles/table.css";
import "./styles/study.css";
import "./styles/compare.css";
import "./styles/plot.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { createRoot } from "react-dom/client";
import { answerCache } from "./api/answer-cache.js";
import { Dashboard } from "./dashboard.js";

const place = document.getElementById("dashboard");
if (place === null) throw new Error("index.html has no #dashboard");
createRoot(place).render(
  <QueryClientProvider client={answerCache()}>
    <Dashboard />
  </QueryClientProvider>,
);
