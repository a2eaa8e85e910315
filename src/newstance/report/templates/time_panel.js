"use strict";
// One chart over time as SVG: bars in periods, a scale, years or months below. ``bars`` are {n, colour, opacity},
// ``behind`` pale counts behind them, ``spans`` pairs of first and last period to underline.
function timePanel({ width, height, highest, bars, behind, spans, paint, label }) {
  const { starts } = view.data.time;
  const [LEFT, BOTTOM, TOP, MOST_TICKS] = [38, 22, 8, 5];
  const nPeriods = bars.length;
  const inner = { width: Math.max(10, width - LEFT - 6), height: height - BOTTOM - TOP };
  const step = inner.width / nPeriods;
  const gap = Math.min(2, step * 0.14);
  const left = (place) => LEFT + place * step;
  const tall = (n) => (inner.height * n) / highest;
  const base = TOP + inner.height;
  const made = plot.svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
  const text = (x, y, words, anchor) => plot.svg("text", { x, y, "text-anchor": anchor, "font-size": 11, fill: paint.soft }, words);
  const bar = (place, n, colour, opacity) => plot.svg("rect", { x: left(place) + gap / 2, y: base - tall(n), width: step - gap, height: tall(n), fill: colour, opacity });
  const line = (y, colour) => plot.svg("line", { x1: LEFT, x2: width - 6, y1: y, y2: y, stroke: colour });

  for (const n of scale(highest)) made.append(line(base - tall(n), paint.line), text(LEFT - 6, base - tall(n) + 4, view.count(n), "end"));
  if (behind) behind.forEach((n, place) => n && made.append(bar(place, n, paint.line, 1)));
  bars.forEach((one, place) => one.n && made.append(bar(place, one.n, one.colour, one.opacity)));
  made.append(line(base, paint.soft));
  for (const [first, last] of spans || [])
    made.append(plot.svg("rect", { x: left(first) + gap / 2, y: base + 2, width: left(last + 1) - left(first) - gap, height: 3, fill: paint.ink }));
  for (const [place, words] of ticks()) {
    made.append(plot.svg("line", { x1: left(place), x2: left(place), y1: base, y2: base + 5, stroke: paint.soft }));
    made.append(text(left(place) + 2, height - 4, words, "start"));
  }

  // Nought and the round number nearest below the highest, and half of it where that is whole.
  function scale(most) {
    const unit = 10 ** Math.floor(Math.log10(most));
    const top = [5, 2, 1].map((one) => one * unit).find((one) => one <= most);
    const round = Math.floor(most / top) * top;
    return round % 2 ? [0, round] : [0, round / 2, round];
  }

  // Years where they begin, or months where the years are few, so many that they fit.
  function ticks() {
    const date = (place) => new Date(starts[place] * 86400000);
    const years = date(nPeriods - 1).getUTCFullYear() - date(0).getUTCFullYear();
    const key = (place) => (years > 1 ? date(place).getUTCFullYear() : date(place).getUTCFullYear() * 12 + date(place).getUTCMonth());
    const begins = Array.from({ length: nPeriods }, (_, place) => place).filter((place) => place > 0 && key(place) !== key(place - 1));
    const places = begins.length ? begins : [0];
    const room = Math.max(1, Math.min(MOST_TICKS, Math.floor(inner.width / 70)));
    const every = Math.ceil(places.length / room);
    const months = view.data.texts["date.months_alone"].split(" ");
    return places.filter((_, n) => n % every === 0).filter((place) => left(place) < width - 40 || place === 0)
      .map((place) => [place, years > 1 ? String(date(place).getUTCFullYear()) : `${months[date(place).getUTCMonth()]} ${date(place).getUTCFullYear()}`]);
  }

  // The period at a place on the chart, in pixels from its left.
  const placeAt = (x) => Math.min(nPeriods - 1, Math.max(0, Math.floor((x - LEFT) / step)));
  return { made, placeAt, left, top: TOP, base };
}
