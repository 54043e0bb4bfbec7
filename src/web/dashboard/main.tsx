import "./styles/base.css";
import "./styles/page.css";
import "./styles/panel.css";
import "./styles/form.css";
import "./styles/table.css";
import "./styles/study.css";
import "./styles/compare.css";
import "./styles/plot.css";
import { createRoot } from "react-dom/client";
import { Dashboard } from "./dashboard.js";
import { SessionGate } from "./shell/session-gate.js";

const container = document.getElementById("dashboard");
if (container === null) throw new Error("index.html has no element #dashboard");
createRoot(container).render(
  <SessionGate>
    <Dashboard />
  </SessionGate>,
);
