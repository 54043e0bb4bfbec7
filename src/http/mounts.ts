/** The first names of the paths that the server has something at. */
export const MOUNTS = [
  "/graphql",
  "/export",
  "/plots",
  "/session",
  "/dashboard",
  "/assets",
  "/metrics",
  "/healthz",
  "/readyz",
] as const;

/** What a URL's path lies below; undefined where the server has nothing. */
export function mountOf(url: string): (typeof MOUNTS)[number] | undefined {
  const path = url.split("?")[0] ?? "";
  return MOUNTS.find((mount) => path === mount || path.startsWith(`${mount}/`));
}
