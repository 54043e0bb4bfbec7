import { useEffect, useRef, type ReactNode } from "react";

export interface PageHeadProps {
  /** The page's name, also in the window's title. */
  readonly title: string;
  readonly children?: ReactNode;
}

/** The page's heading. It takes the focus when a link has led here, so that a screen reader says where one is. */
export function PageHead({ title, children }: PageHeadProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} – Rankscope`;
  }, [title]);
  useEffect(() => {
    // On the first page the browser's own start is right.
    if (history.state !== null || performance.now() > 3000) heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <div className="page-head">
      <h1 tabIndex={-1} ref={heading}>
        {title}
      </h1>
      {children}
    </div>
  );
}
