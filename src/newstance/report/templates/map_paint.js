"use strict";
// Draws the map on its canvas: pale points, points by colour, rings, names of themes, the lasso.
//
// ``sheet`` is {width, height, left, top, scale, whole}, in pixels of the page: ``scale`` of them are one unit of the
// map, ``whole`` when all of it is seen. ``shown`` is {state, of, classes, found, chosen, names, lasso, cross}: state is
// 0 for a pale point, 1 for a bright one, 2 for one that is not drawn.
function mapPaint(canvas, points) {
  const MOST_SHAPES = 4000; // so many are drawn as shapes, more as pixels
  const LONGEST_NAME = 30;
  const LONGEST_NARROW = 18; // on a map narrower than NARROW
  const NARROW = 600;
  const BUTTONS = { width: 58, height: 158 }; // the corner that holds the buttons
  const LINE = 16; // pixels of a name
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const order = new Int32Array(points.n);
  const packed = new Map();
  const font = `600 12px ${getComputedStyle(canvas).fontFamily}`;

  function draw(sheet, shown, paint) {
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(sheet.width * ratio), Math.round(sheet.height * ratio)];
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    context.setTransform(1, 0, 0, 1, 0, 0);
    const visible = inView(sheet, shown.state);
    const size = sizeOf(sheet);
    if (visible > MOST_SHAPES) pixels(sheet, shown, paint, visible, 2 * size * ratio, ratio);
    else context.clearRect(0, 0, width, height);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (visible <= MOST_SHAPES) shapes(sheet, shown, paint, visible, size);
    rings(sheet, shown.found, paint.accent, size + 2.5);
    rings(sheet, shown.chosen, paint.ink, size + 1.5);
    const places = shown.names ? names(sheet, shown.names, paint) : [];
    if (shown.lasso) outline(shown.lasso, paint);
    if (shown.cross) cross(sheet, paint);
    return places;
  }

  // Half the width of a point: larger where there are few, and where the map is enlarged.
  function sizeOf(sheet) {
    const base = points.n <= 500 ? 4.5 : points.n <= 4000 ? 3 : points.n <= 40000 ? 1.5 : 1;
    return Math.min(6, base * Math.sqrt(sheet.scale / sheet.whole));
  }

  // Collects the points on the sheet into ``order``, the pale ones first, and gives their number.
  function inView({ left, top, width, height, scale }, state) {
    const { x, y, n } = points;
    const [west, east, north, south] = [-left / scale, (width - left) / scale, -top / scale, (height - top) / scale];
    let visible = 0;
    for (let kind = 0; kind < 2; kind++)
      for (let p = 0; p < n; p++)
        if (state[p] === kind && x[p] >= west && x[p] <= east && y[p] >= north && y[p] <= south) order[visible++] = p;
    return visible;
  }

  // A colour as it lies in the memory of a canvas.
  function pack(colour) {
    if (!packed.has(colour)) {
      const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
      probe.fillStyle = colour;
      probe.fillRect(0, 0, 1, 1);
      packed.set(colour, new Uint32Array(probe.getImageData(0, 0, 1, 1).data.buffer)[0]);
    }
    return packed.get(colour);
  }

  function pixels(sheet, shown, paint, visible, size, ratio) {
    const { width, height } = canvas;
    const image = context.createImageData(width, height);
    const memory = new Uint32Array(image.data.buffer);
    const colours = Uint32Array.from(shown.classes, (one) => pack(one.colour));
    const pale = pack(paint.line);
    const side = Math.max(2, Math.round(size));
    const round = side > 3 ? 1 : 0; // the corners of larger ones are left out
    const { x, y } = points;
    const scale = sheet.scale * ratio, left = sheet.left * ratio - side / 2, top = sheet.top * ratio - side / 2;
    for (let one = 0; one < visible; one++) {
      const p = order[one];
      const px = Math.round(x[p] * scale + left), py = Math.round(y[p] * scale + top);
      if (px < 0 || py < 0 || px + side > width || py + side > height) continue;
      const colour = shown.state[p] ? colours[shown.of[p]] : pale;
      for (let row = 0; row < side; row++) {
        const cut = row === 0 || row === side - 1 ? round : 0;
        const end = (py + row) * width + px + side - cut;
        for (let at = (py + row) * width + px + cut; at < end; at++) memory[at] = colour;
      }
    }
    context.putImageData(image, 0, 0);
  }

  function shapes(sheet, shown, paint, visible, size) {
    const batches = new Map(); // the colour and shape of a batch to its points
    for (let one = 0; one < visible; one++) {
      const p = order[one];
      const key = shown.state[p] ? shown.of[p] : -1;
      if (!batches.has(key)) batches.set(key, []);
      batches.get(key).push(p);
    }
    for (const [key, batch] of batches) {
      const { colour, glyph } = key < 0 ? { colour: paint.line, glyph: "●" } : shown.classes[key];
      const open = glyph === "○";
      context.fillStyle = open ? paint.card : colour;
      context.strokeStyle = open ? colour : paint.card;
      context.lineWidth = open ? 1.25 : 0.75;
      context.beginPath();
      for (const p of batch) shape(glyph, points.x[p] * sheet.scale + sheet.left, points.y[p] * sheet.scale + sheet.top, size);
      context.fill();
      context.stroke();
    }
  }

  function shape(glyph, px, py, size) {
    const corners = { "◆": [0, -1.25, 1.25, 0, 0, 1.25, -1.25, 0], "■": [-0.9, -0.9, 0.9, -0.9, 0.9, 0.9, -0.9, 0.9],
      "×": [0, -0.4, 0.8, -1.2, 1.2, -0.8, 0.4, 0, 1.2, 0.8, 0.8, 1.2, 0, 0.4, -0.8, 1.2, -1.2, 0.8, -0.4, 0, -1.2, -0.8, -0.8, -1.2],
      "▲": [0, -1.2, 1.15, 0.9, -1.15, 0.9], "▼": [0, 1.2, 1.15, -0.9, -1.15, -0.9] }[glyph];
    if (!corners) {
      const radius = glyph === "·" ? 0.6 * size : size;
      context.moveTo(px + radius, py);
      context.arc(px, py, radius, 0, 2 * Math.PI);
      return;
    }
    context.moveTo(px + corners[0] * size, py + corners[1] * size);
    for (let at = 2; at < corners.length; at += 2) context.lineTo(px + corners[at] * size, py + corners[at + 1] * size);
    context.closePath();
  }

  function rings(sheet, some, colour, radius) {
    context.strokeStyle = colour;
    context.lineWidth = 1.75;
    context.beginPath();
    for (const p of some) {
      const px = points.x[p] * sheet.scale + sheet.left, py = points.y[p] * sheet.scale + sheet.top;
      if (px < -9 || py < -9 || px > sheet.width + 9 || py > sheet.height + 9) continue;
      context.moveTo(px + radius, py);
      context.arc(px, py, radius, 0, 2 * Math.PI);
    }
    context.stroke();
  }

  // Names of themes at their densest places, the largest first; one that would touch another is moved, or left out.
  function names(sheet, anchors, paint) {
    const corner = { left: sheet.width - BUTTONS.width, right: sheet.width, top: 0, bottom: BUTTONS.height };
    const placed = [];
    const longest = sheet.width < NARROW ? LONGEST_NARROW : LONGEST_NAME;
    context.font = font;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    for (const one of anchors) {
      const text = plot.short(plot.themeName(one.theme), longest);
      const half = context.measureText(text).width / 2 + 4;
      const x = Math.min(sheet.width - half, Math.max(half, one.x * sheet.scale + sheet.left));
      const at = one.y * sheet.scale + sheet.top;
      if (at < 0 || at > sheet.height || x + half > sheet.width + 1) continue;
      const box = [0, -1, 1, -2, 2].map(function (step) {
        const y = Math.min(sheet.height - LINE / 2, Math.max(LINE / 2, at + step * (LINE + 2)));
        return { text, x, y, left: x - half, right: x + half, top: y - LINE / 2, bottom: y + LINE / 2 };
      }).find((own) => [corner, ...placed].every((other) =>
        own.right <= other.left || own.left >= other.right || own.bottom <= other.top || own.top >= other.bottom));
      if (box) placed.push(box);
    }
    context.strokeStyle = paint.card;
    context.fillStyle = paint.ink;
    context.lineWidth = 4;
    placed.forEach((one) => context.strokeText(one.text, one.x, one.y));
    placed.forEach((one) => context.fillText(one.text, one.x, one.y));
    return placed;
  }

  function outline(lasso, paint) {
    context.beginPath();
    lasso.forEach(([px, py], n) => (n ? context.lineTo(px, py) : context.moveTo(px, py)));
    context.closePath();
    context.fillStyle = paint.accent;
    context.globalAlpha = 0.12;
    context.fill();
    context.globalAlpha = 1;
    context.strokeStyle = paint.accent;
    context.lineWidth = 1.5;
    context.setLineDash([5, 4]);
    context.stroke();
    context.setLineDash([]);
  }

  // The middle of the map, of which Enter lists the articles.
  function cross({ width, height }, paint) {
    context.strokeStyle = paint.ink;
    context.lineWidth = 1;
    context.beginPath();
    context.arc(width / 2, height / 2, 22, 0, 2 * Math.PI);
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      context.moveTo(width / 2 + 16 * dx, height / 2 + 16 * dy);
      context.lineTo(width / 2 + 28 * dx, height / 2 + 28 * dy);
    }
    context.stroke();
  }

  return { draw, sizeOf };
}
