import { useEffect, useState } from "react";
import { readOperationLink, type LinkContent } from "./operation-link.js";
import { useOpenTab } from "./use-open-tab.js";

/** The text of a problem with a link, for the person who followed it. */
export const linkProblem = (problem: string) => `The link could not be opened: ${problem}.`;

/**
 * Opens what the page's fragment names, now and whenever the fragment changes, in a tab of its own. The fragment is taken
 * off then, so that a reload does not open it again. Whoever made the link does not decide what is run: that takes a click.
 *
 * @param onProblem told what is wrong with a link, or undefined when one was opened
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
