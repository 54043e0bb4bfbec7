import { useEffect, useRef, useState, type RefObject } from "react";

/** Before it comes into view, in pixels: what is near is ready when one scrolls to it. */
const MARGIN = "400px";

/** Whether an element has come near the window; once it has, it stays so. */
export function useInView<Place extends Element>(): readonly [RefObject<Place | null>, boolean] {
  const place = useRef<Place>(null);
  const [isSeen, setIsSeen] = useState(false);
  useEffect(() => {
    if (place.current === null || isSeen) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) setIsSeen(true);
      },
      { rootMargin: MARGIN },
    );
    observer.observe(place.current);
    return () => observer.disconnect();
  }, [isSeen]);
  return [place, isSeen];
}
