import { createContext, useContext, useEffect, useRef, type ReactNode, type RefObject } from "react";
import { useLocation } from "wouter";

/** The path of the previous page; an empty string on the first page. */
export const PreviousPath = createContext<RefObject<string>>({ current: "" });

interface PageHeadProps {
  /** The name of the page, which is also in the title of the window. */
  readonly title: string;
  readonly children?: ReactNode;
}

/** The heading of a page. It receives the focus after navigation, so that screen readers announce the new page. */
export function PageHead({ title, children }: PageHeadProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const previous = useContext(PreviousPath);
  const [path] = useLocation();
  useEffect(() => {
    document.title = `${title} – Rankscope`;
  }, [title]);
  useEffect(() => {
    // The browser handles the focus of the first page.
    if (previous.current !== "" && previous.current !== path) {
      window.scrollTo({ top: 0 });
      heading.current?.focus({ preventScroll: true });
    }
    previous.current = path;
  }, [previous, path]);
  return (
    <div className="page-head">
      <h1 tabIndex={-1} ref={heading}>
        {title}
      </h1>
      {children}
    </div>
  );
}
