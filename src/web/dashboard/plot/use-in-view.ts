import { useEffect, useRef, useState, type RefObject } from "react";

/** Distance from the visible area at which an element counts as visible, so that it is ready before the user reaches it. */
const MARGIN = "400px";

/** Returns a ref and whether its element has ever been near the visible area. */
export function useInView<Target extends Element>(): readonly [RefObject<Target | null>, boolean] {
  const target = useRef<Target>(null);
  const [isVisible, setIsVisible] = useState(false);
  useEffect(() => {
    if (target.current === null || isVisible) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) setIsVisible(true);
      },
      { rootMargin: MARGIN },
    );
    observer.observe(target.current);
    return () => observer.disconnect();
  }, [isVisible]);
  return [target, isVisible];
}
