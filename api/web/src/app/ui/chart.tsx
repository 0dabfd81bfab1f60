import { useEffect, useRef, useState } from 'react';

import { language } from '../language';

/** A line: its name, its values by position, null where there is none. */
export interface Line {
  name: string;
  values: (number | null)[];
  isDashed?: boolean;
}

interface ChartProps {
  /** What stands below the axis, in order. */
  positions: string[];
  lines: Line[];
  /** Says in words what the chart shows; its table stands beside it. */
  label: string;
  height?: number;
  format: (value: number) => string;
  /** Whether the axis begins at zero, as counts want it. */
  fromZero?: boolean;
  /** Where the axis ends, if there is nothing beyond. */
  most?: number;
  /** Position at which something breaks, such as a new definition, with what it is. */
  breaks?: { at: string; label: string }[];
}

function colours() {
  const style = getComputedStyle(document.documentElement);
  // `light-dark()` is resolved only where a property takes a colour.
  const probe = document.createElement('i');
  // Where motion is reduced, each change takes a moment that is too short to see, and the colour before would be read.
  probe.style.setProperty('transition', 'none', 'important');
  document.body.append(probe);
  const of = (name: string) => {
    probe.style.color = style.getPropertyValue(name);
    return getComputedStyle(probe).color;
  };
  const found = { series: [1, 2, 3, 4].map((index) => of(`--series-${index}`)), ink: of('--ink-2'), line: of('--line'), surface: of('--surface') };
  probe.remove();
  return found;
}

/** Lines over time, drawn by ECharts, which is loaded when the first chart comes into sight. */
export function LineChart({ positions, lines, label, height = 180, format, fromZero = false, most, breaks = [] }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const [look, setLook] = useState(0);
  const key = JSON.stringify([positions, lines, breaks, language(), look]);

  useEffect(() => {
    const again = () => setLook((before) => before + 1);
    const wanted = matchMedia('(prefers-color-scheme: dark)');
    wanted.addEventListener('change', again);
    const observer = new MutationObserver(again);
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    return () => {
      wanted.removeEventListener('change', again);
      observer.disconnect();
    };
  }, []);

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    let dispose: (() => void) | undefined;
    let isWanted = true;
    const sight = new IntersectionObserver(async ([entry]) => {
      if (!entry?.isIntersecting) return;
      sight.disconnect();
      const { draw } = await import('./echarts');
      if (isWanted) dispose = draw(element, { positions, lines, format, fromZero, most, breaks, colours: colours() });
    });
    sight.observe(element);
    return () => {
      isWanted = false;
      sight.disconnect();
      dispose?.();
    };
    // The key stands for what is drawn.
  }, [key]);

  return <div className="chart" ref={place} role="img" aria-label={label} style={{ height }} />;
}
