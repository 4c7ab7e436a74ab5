// A customer's curve of calls and errors, with the days for which somebody gave a reason. What is seen is in a table beside it.

import uPlot from "uplot";
import { h } from "./dom.js";

const HIGH = 120; // px

/** `days`: [{day, calls, failed}], each day of a time; `spans`: [[first, last]] days with a reason. `shown(day)` names one. */
export function usageCurve({ days, spans, shown, label, language = document.documentElement.lang }) {
  const figure = h("figure.usage-curve", null, h("figcaption", null, label));
  const at = days.map(({ day }) => Date.parse(`${day}T12:00Z`) / 1e3);
  let plot = null;
  const draw = () => {
    plot?.destroy();
    const colours = getComputedStyle(figure);
    const [ink, line, mark, soft, bad] = ["--dim", "--line", "--mark", "--mark-soft", "--bad"].map((name) => colours.getPropertyValue(name).trim() || "gray");
    const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { show: false }, font: "11px system-ui, sans-serif" };
    const reasons = ({ ctx, bbox, valToPos }) => {
      ctx.fillStyle = soft;
      for (const [first, last] of spans) {
        const [from, to] = [`${first}T00:00Z`, `${last}T23:59Z`].map((time) => Math.min(bbox.left + bbox.width, Math.max(bbox.left, valToPos(Date.parse(time) / 1e3, "x", true))));
        ctx.fillRect(from, bbox.top, to - from, bbox.height);
      }
    };
    plot = new uPlot({
      width: Math.max(160, figure.clientWidth), height: HIGH, legend: { show: false },
      tzDate: (second) => uPlot.tzDate(new Date(second * 1e3), "Etc/UTC"),
      cursor: { drag: { x: false, y: false } },
      scales: { y: { range: (_, low, high) => [0, Math.max(high ?? 0, 1) * 1.1] } },
      axes: [
        { ...axis, space: 60, size: 26, values: (_, found) => found.map((second) => shown(new Date(second * 1e3).toISOString().slice(0, 10))) },
        { ...axis, size: 58, values: (_, found) => found.map((n) => (Number.isInteger(n) ? Intl.NumberFormat(language, { notation: "compact" }).format(n) : "")) },
      ],
      series: [{}, { stroke: mark, width: 2, points: { show: false } }, { stroke: bad, width: 1.5, dash: [4, 3], points: { show: false } }],
      hooks: { drawClear: [reasons] },
    }, [at, days.map((day) => day.calls), days.map((day) => day.failed)], figure);
    figure.querySelector("canvas").setAttribute("aria-hidden", "true"); // the table says it
  };
  new ResizeObserver(() => (plot ? plot.setSize({ width: Math.max(160, figure.clientWidth), height: HIGH }) : draw())).observe(figure); // first, once it is in the page
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => figure.isConnected && draw());
  return figure;
}
