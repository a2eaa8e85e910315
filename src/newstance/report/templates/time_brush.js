"use strict";
// Dragging over a chart chooses periods: ``choose(first, last)``. ``chosen`` are those that are chosen already, whose ends
// can be taken hold of; null where all are.
function timeBrush(panel, chosen, paint, choose) {
  const HOLD = 9; // pixels from an end within which it is taken hold of
  const { made, left, top, base } = panel;
  const selection = plot.svg("rect", { y: top, height: base - top, fill: paint.accent, "fill-opacity": 0.16, stroke: paint.accent });
  const grips = [0, 1].map(() => plot.svg("line", { y1: top, y2: base, stroke: paint.accent, "stroke-width": 4 }));
  let from = null;
  let last = null;
  made.append(selection, ...grips);
  made.style.touchAction = "pan-y";
  made.style.cursor = "crosshair";
  show(chosen);

  function show(range) {
    [selection, ...grips].forEach((one) => one.setAttribute("visibility", range ? "visible" : "hidden"));
    if (!range) return;
    const [first, end] = [left(Math.min(...range)), left(Math.max(...range) + 1)];
    selection.setAttribute("x", first);
    selection.setAttribute("width", end - first);
    [first, end].forEach((x, n) => ["x1", "x2"].forEach((key) => grips[n].setAttribute(key, x)));
  }

  const place = (event) => event.clientX - made.getBoundingClientRect().left;
  made.addEventListener("pointerdown", function (event) {
    if (event.button) return;
    const x = place(event);
    made.setPointerCapture(event.pointerId);
    const ends = chosen ? [left(chosen[0]), left(chosen[1] + 1)] : [];
    const held = ends.findIndex((end) => Math.abs(end - x) <= HOLD);
    last = panel.placeAt(x);
    from = held < 0 ? last : chosen[1 - held];
    show([from, last]);
  });
  made.addEventListener("pointermove", function (event) {
    if (from === null) return;
    last = panel.placeAt(place(event));
    show([from, last]);
  });
  made.addEventListener("pointerup", function () {
    if (from === null) return;
    const range = [from, last].sort((a, b) => a - b);
    from = null;
    choose(...range);
  });
  made.addEventListener("pointercancel", function () {
    from = null;
    show(chosen);
  });
}
