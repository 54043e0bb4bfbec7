import { useEffect, useState } from "react";
import { readOperationLink, type LinkContent } from "./operation-link.js";
import { useOpenTab } from "./use-open-tab.js";

/** Returns the message for a problem with a link. */
const linkProblem = (problem: string) => `The link could not be opened: ${problem}.`;

/**
 * Opens the operation in the page's fragment in a new tab, at the start and after each change of the fragment. Removes the
 * fragment, so that a reload does not open the operation again. Never runs the operation: only a user's click does.
 *
 * @param onProblem called with the message for an invalid link, or with undefined after a link was opened
 */
export function OpenLink({ onProblem }: { readonly onProblem: (problem: string | undefined) => void }) {
  const openTab = useOpenTab();
  const [content, setContent] = useState<LinkContent>(takeLink);
  useEffect(() => {
    const follow = () => setContent(takeLink());
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  useEffect(() => {
    if (content === undefined || openTab === undefined) return;
    onProblem("problem" in content ? linkProblem(content.problem) : undefined);
    if ("operation" in content) openTab(content.operation);
    setContent(undefined);
  }, [content, openTab, onProblem]);
  return null;
}

function takeLink(): LinkContent {
  const content = readOperationLink(location.hash);
  if (content !== undefined) history.replaceState(null, "", location.pathname + location.search);
  return content;
}
