import "graphiql/style.css";
import "./playground.css";
import { createRoot } from "react-dom/client";
import { allOperations } from "./all-operations.js";
import { readToken } from "./bearer-token.js";
import { firstStudy, PLACEHOLDER } from "./first-study.js";
import { Playground } from "./playground.js";
import { prepareStorage } from "./stored-tabs.js";
import { setUpWorkers } from "./workers.js";

const ENDPOINT = "/graphql";

setUpWorkers();
const { study, hint } = await firstStudy(ENDPOINT, readToken(sessionStorage));
const operations = allOperations(study);
const isReady = ({ ready }: { readonly ready: boolean }) => ready;
prepareStorage(localStorage, operations.filter(isReady), allOperations(PLACEHOLDER).filter(isReady));
const place = document.getElementById("playground");
if (place === null) throw new Error("index.html has no #playground");
createRoot(place).render(<Playground endpoint={ENDPOINT} operations={operations} hint={hint} />);
