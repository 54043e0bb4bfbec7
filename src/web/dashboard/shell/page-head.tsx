import { createContext, useContext, useEffect, useRef, type ReactNode, type RefObject } from "react";
import { useLocation } from "wouter";

/** The path of the page before, "" on the first. */
export const FormerPath = createContext<RefObject<string>>({ current: "" });

export interface PageHeadProps {
  /** The page's name, also in the window's title. */
  readonly title: string;
  readonly children?: ReactNode;
}

/** The page's heading. It takes the focus when a link has led here, so that a screen reader says where one is. */
export function PageHead({ title, children }: PageHeadProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const former = useContext(FormerPath);
  const [path] = useLocation();
  useEffect(() => {
    document.title = `${title} – Rankscope`;
  }, [title]);
  useEffect(() => {
    // On the first page the browser's own start is right.
    if (former.current !== "" && former.current !== path) {
      window.scrollTo({ top: 0 });
      heading.current?.focus({ preventScroll: true });
    }
    former.current = path;
  }, [former, path]);
  return (
    <div className="page-head">
      <h1 tabIndex={-1} ref={heading}>
        {title}
      </h1>
      {children}
    </div>
  );
}
