import "graphiql/style.css";
import "./playground.css";
import { createRoot } from "react-dom/client";
import { firstStudy, PLACEHOLDER } from "./first-study.js";
import { Playground } from "./playground.js";
import { readyTabs } from "./ready-tabs.js";
import { prepareStorage } from "./stored-tabs.js";
import { setUpWorkers } from "./workers.js";

const ENDPOINT = "/graphql";

setUpWorkers();
const { study, hint } = await firstStudy(ENDPOINT);
const tabs = readyTabs(study);
prepareStorage(localStorage, tabs, readyTabs(PLACEHOLDER));
const place = document.getElementById("playground");
if (place === null) throw new Error("index.html has no #playground");
createRoot(place).render(<Playground endpoint={ENDPOINT} tabs={tabs} hint={hint} />);
