import { useId } from "react";

export interface SliderProps {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** Null: no limit, which is the right end. */
  readonly value: number | null;
  readonly onChange: (value: number | null) => void;
  /** A value as people read it. */
  readonly text: (value: number) => string;
}

/** A limit to choose; at the right end there is none. */
export function Slider({ label, min, max, step, value, onChange, text }: SliderProps) {
  const id = useId();
  const said = value === null ? "no limit" : text(value);
  // One step beyond the greatest value.
  const end = max + step;
  return (
    <div className="slider">
      <label htmlFor={id}>{label}</label>
      <output htmlFor={id}>{said}</output>
      <input
        id={id}
        type="range"
        min={min}
        max={end}
        step={step}
        value={value ?? end}
        aria-valuetext={said}
        onChange={({ target }) => {
          const chosen = Number(target.value);
          onChange(chosen > max ? null : chosen);
        }}
      />
    </div>
  );
}
