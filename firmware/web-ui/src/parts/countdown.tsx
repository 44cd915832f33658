// Seconds that run down on the screen between two words of the wallbox.

import { useEffect, useState } from "preact/hooks";

/** The seconds left of `endsInS`, as told at this instant; 0 at the end. */
export function useCountdown(endsInS: number | null | undefined): number | null {
  const [left, setLeft] = useState(endsInS ?? null);
  useEffect(() => {
    if (endsInS === null || endsInS === undefined) {
      setLeft(null);
      return undefined;
    }
    const end = Date.now() + endsInS * 1000;
    const tell = () => setLeft(Math.max(0, Math.round((end - Date.now()) / 1000)));
    tell();
    const timer = setInterval(tell, 1000);
    return () => clearInterval(timer);
  }, [endsInS]);
  return left;
}
