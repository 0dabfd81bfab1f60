// ECharts with what the pages use of it and nothing more.

import { LineChart as Lines } from 'echarts/charts';
import { GridComponent, MarkLineComponent, TooltipComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

import type { Line } from './chart';

use([Lines, GridComponent, TooltipComponent, MarkLineComponent, SVGRenderer]);

interface Drawn {
  positions: string[];
  lines: Line[];
  format: (value: number) => string;
  fromZero: boolean;
  most?: number;
  breaks: { at: string; label: string }[];
  colours: { series: string[]; ink: string; line: string; surface: string };
}

/** Draws, and answers with how to take it away. */
export function draw(element: HTMLElement, { positions, lines, format, fromZero, most, breaks, colours }: Drawn): () => void {
  const chart = init(element, null, { renderer: 'svg' });
  const font = getComputedStyle(element).fontFamily;
  chart.setOption({
    animation: !matchMedia('(prefers-reduced-motion: reduce)').matches,
    animationDuration: 400,
    color: colours.series,
    textStyle: { fontFamily: font, color: colours.ink },
    grid: { left: 4, right: 64, top: 18, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    xAxis: {
      type: 'category',
      data: positions,
      axisLine: { lineStyle: { color: colours.line } },
      axisTick: { show: false },
      axisLabel: { color: colours.ink, fontSize: 12, hideOverlap: true },
    },
    yAxis: {
      type: 'value',
      scale: !fromZero,
      max: most,
      minInterval: fromZero ? 1 : undefined,
      splitNumber: 3,
      splitLine: { lineStyle: { color: colours.line } },
      axisLabel: { color: colours.ink, fontSize: 12, formatter: format },
    },
    tooltip: {
      trigger: 'axis',
      confine: true,
      renderMode: 'richText',
      backgroundColor: colours.surface,
      borderColor: colours.line,
      textStyle: { color: colours.ink, fontFamily: font, fontSize: 13 },
      valueFormatter: (value: unknown) => (typeof value === 'number' ? format(value) : '–'),
    },
    series: lines.map((line, index) => ({
      type: 'line',
      name: line.name,
      data: line.values,
      symbol: 'circle',
      symbolSize: 6,
      connectNulls: false,
      lineStyle: { width: 2.5, type: line.isDashed ? 'dashed' : 'solid' },
      endLabel: { show: true, formatter: '{a}', color: colours.series[index], fontSize: 12, fontWeight: 600, distance: 6 },
      markLine:
        index === 0 && breaks.length > 0
          ? {
              silent: true,
              symbol: 'none',
              lineStyle: { color: colours.ink, type: 'dotted' },
              label: { color: colours.ink, formatter: '{b}' },
              data: breaks.map((one) => ({ xAxis: one.at, name: one.label })),
            }
          : undefined,
    })),
  });
  const observer = new ResizeObserver(() => chart.resize());
  observer.observe(element);
  return () => {
    observer.disconnect();
    chart.dispose();
  };
}
