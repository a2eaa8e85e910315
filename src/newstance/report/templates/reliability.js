"use strict";
// Reliability of the stances: what share came true of what was said with each probability, on judgements that the
// classifier had not seen. A point on the diagonal can be believed to the letter.
function reliability(holder) {
  const bins = view.data.reliability;
  if (!bins) {
    holder.append(plot.element("p", { class: "nothing" }, view.text("reliability.nothing")));
    return;
  }
  const kinds = ["all", "favor", "against", "none"];
  const [LEFT, BOTTOM, EDGE] = [38, 40, 14]; // pixels around the square
  const GAP = 20; // of the grid
  const grid = plot.element("div", { class: "grid plot-reliability" });
  const { holder: tables } = plot.foldedTable("reliability", tableOf, fileOf);
  const box = plot.element("div", {}, grid, plot.element("p", { class: "caption" }, view.text("reliability.note")), tables);
  const n = bins.all.reduce((sum, bin) => sum + bin[4], 0);
  holder.append(plot.element("h3", {}, view.text("reliability.title", { n })), box);

  function draw() {
    const paint = plot.colours();
    const columns = Math.max(1, Math.floor((box.clientWidth + GAP) / (240 + GAP)));
    const width = Math.floor((box.clientWidth - GAP * (columns - 1)) / columns);
    grid.replaceChildren(...kinds.map((kind) =>
      plot.element("figure", {}, plot.element("figcaption", {}, view.text(`reliability.${kind}`)), diagram(kind, width, paint))));
  }

  function diagram(kind, width, paint) {
    const side = Math.min(width - LEFT - EDGE, 250);
    const [x, y] = [(share) => LEFT + side * share, (share) => EDGE + side * (1 - share)];
    const height = side + EDGE + BOTTOM;
    const apart = bins[kind].filter(([proba, , low, high]) => proba < low || proba > high).length;
    const label = view.text("reliability.label", { kind: view.text(`reliability.${kind}`), n: bins[kind].length, apart });
    const made = plot.svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
    const text = (px, py, words, anchor) => plot.svg("text", { x: px, y: py, "text-anchor": anchor, "font-size": 11, fill: paint.soft }, words);
    const line = (from, to, more) => plot.svg("line", { x1: from[0], y1: from[1], x2: to[0], y2: to[1], ...more });
    for (const share of [0, 0.25, 0.5, 0.75, 1]) {
      made.append(line([x(0), y(share)], [x(1), y(share)], { stroke: paint.line }), line([x(share), y(0)], [x(share), y(1)], { stroke: paint.line }));
      made.append(text(x(share), y(0) + 15, `${100 * share}`, "middle"), text(LEFT - 6, y(share) + 4, `${100 * share}`, "end"));
    }
    made.append(line([x(0), y(0)], [x(1), y(1)], { stroke: paint.soft, "stroke-dasharray": "5 4" }));
    made.append(text(x(0.5), y(0) + 32, view.text("reliability.said"), "middle"));
    for (const [proba, share, low, high, size] of bins[kind]) {
      const far = proba < low || proba > high;
      const colour = far ? paint.against : paint.accent;
      made.append(line([x(proba), y(low)], [x(proba), y(high)], { stroke: colour, "stroke-width": 1.75 }));
      const point = plot.svg("circle", { cx: x(proba), cy: y(share), r: 4.5, fill: far ? paint.card : colour, stroke: colour, "stroke-width": 2 });
      point.append(plot.svg("title", {}, view.text("reliability.point", { proba: plot.percent(proba), share: plot.percent(share), low: plot.percent(low), high: plot.percent(high), n: size })));
      made.append(point);
    }
    return made;
  }

  function tableOf() {
    const columns = ["kind", "proba", "share", "interval", "n", "groups"].map((one) => view.text(`reliability.column_${one}`));
    const rows = kinds.flatMap((kind) => bins[kind].map(([proba, share, low, high, size, groups]) => [
      view.text(`reliability.${kind}`), plot.percent(proba), plot.percent(share),
      view.text("reliability.interval", { low: plot.percent(low), high: plot.percent(high) }), view.count(size), view.count(groups)]));
    return { columns, rows, numeric: [1, 2, 3, 4, 5] };
  }

  function fileOf() {
    return [["kind", "proba", "share", "low", "high", "n", "n_groups"], kinds.flatMap((kind) => bins[kind].map((bin) => [kind, ...bin]))];
  }

  draw();
  plot.onLook(box, draw);
}
