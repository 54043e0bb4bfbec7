import { useId } from "react";

interface SliderProps {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** The limit, or null for no limit (the right end). */
  readonly value: number | null;
  readonly onChange: (value: number | null) => void;
  /** Formats a value. */
  readonly text: (value: number) => string;
}

/** A slider for a limit. Its right end means no limit. */
export function Slider({ label, min, max, step, value, onChange, text }: SliderProps) {
  const id = useId();
  const valueText = value === null ? "no limit" : text(value);
  // One step beyond the maximum.
  const end = max + step;
  return (
    <div className="slider">
      <label htmlFor={id}>{label}</label>
      <output htmlFor={id}>{valueText}</output>
      <input
        id={id}
        type="range"
        min={min}
        max={end}
        step={step}
        value={value ?? end}
        aria-valuetext={valueText}
        onChange={({ target }) => {
          const selected = Number(target.value);
          onChange(selected > max ? null : selected);
        }}
      />
    </div>
  );
}
