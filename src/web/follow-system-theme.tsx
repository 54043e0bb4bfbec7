import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { useEffect } from "react";

/** Turns the editors light or dark with the system while the page is open, as GraphiQL's own styles do, unless a theme was chosen. */
export function FollowSystemTheme() {
  const theme = useGraphiQL((state) => state.theme);
  const { setTheme } = useGraphiQLActions();
  useEffect(() => {
    if (theme !== null) return undefined;
    const system = matchMedia("(prefers-color-scheme: dark)");
    const follow = () => setTheme(null);
    system.addEventListener("change", follow);
    return () => system.removeEventListener("change", follow);
  }, [theme, setTheme]);
  return null;
}
