"use strict";
// The map of the articles: a dot is an article, near ones are alike. It can be enlarged, moved, searched and listed.
function articleMap(holder) {
  const FEWEST = 3;
  const DEEPEST = 200; // times as large as the whole
  const MARGIN = 18;
  const REACH = 9; // pixels from the pointer within which an article is meant
  const REACH_OF_MIDDLE = 22; // the same for Enter
  const MOST_RINGS = 3000;
  const { articles } = view.data;
  const points = mapPoints();
  if (points.n < FEWEST) {
    holder.append(plot.element("p", { class: "nothing" }, view.text("map.nothing")));
    return null;
  }

  const { canvas, sheetBox, controls, legend, status } = mapParts(holder);
  const tip = plot.tip(sheetBox);
  const list = articleList(holder, () => choose([]));
  const painter = mapPaint(canvas, points);
  const sheet = { width: 0, height: 0, scale: 1, left: 0, top: 0, whole: 1 };
  const off = new Set(); // labels of classes that the legend hides
  const shown = { state: new Uint8Array(points.n), of: null, classes: [], all: [], found: [], chosen: [], listed: 0, names: [], lasso: null, cross: false };
  let chosen = [];
  let titles = null;
  let waiting = false;
  let resting = 0;

  // What is seen

  function fit() {
    const old = { ...sheet };
    sheet.width = sheetBox.clientWidth;
    sheet.height = Math.round(Math.min(600, Math.max(340, 0.6 * sheet.width)));
    canvas.style.height = `${sheet.height}px`;
    sheet.whole = Math.min((sheet.width - 2 * MARGIN) / Math.max(points.width, 1e-3), (sheet.height - 2 * MARGIN) / Math.max(points.height, 1e-3));
    const [x, y] = old.width ? [(old.width / 2 - old.left) / old.scale, (old.height / 2 - old.top) / old.scale] : [points.width / 2, points.height / 2];
    sheet.scale = old.width ? (sheet.whole * old.scale) / old.whole : sheet.whole;
    sheet.left = sheet.width / 2 - x * sheet.scale;
    sheet.top = sheet.height / 2 - y * sheet.scale;
    draw();
  }

  function draw() {
    waiting = false;
    painter.draw(sheet, { ...shown, names: controls.names.checked ? shown.names : null }, plot.colours());
    // One finger scrolls the page unless there is something to move or to draw.
    canvas.style.touchAction = isDeep() || isLasso() ? "none" : "pan-y";
  }

  function later() {
    if (!waiting) requestAnimationFrame(draw);
    waiting = true;
  }

  // Names go to where the themes are densest in the part that is seen, once it is at rest.
  function name() {
    const [left, top] = unit([0, 0]), [right, bottom] = unit([sheet.width, sheet.height]);
    shown.names = points.anchors(shown.state, { left, top, right, bottom });
    later();
  }

  function rest() {
    clearTimeout(resting);
    resting = setTimeout(name, 120);
  }

  const unit = ([px, py]) => [(px - sheet.left) / sheet.scale, (py - sheet.top) / sheet.scale];

  function pan(dx, dy) {
    const bound = (value, most, side) => Math.min(side / 2, Math.max(side / 2 - most * sheet.scale, value));
    sheet.left = bound(sheet.left + dx, points.width, sheet.width);
    sheet.top = bound(sheet.top + dy, points.height, sheet.height);
    tip.hide();
    later();
    rest();
  }

  // Enlarges around a place; false where the map is as large or as small as it can be.
  function zoom(factor, px, py) {
    const scale = Math.min(sheet.whole * DEEPEST, Math.max(sheet.whole, sheet.scale * factor));
    const moved = Math.abs(scale - sheet.scale) > 1e-9 * scale;
    const [x, y] = unit([px, py]);
    sheet.scale = scale;
    if (scale === sheet.whole) [sheet.left, sheet.top] = [(sheet.width - points.width * scale) / 2, (sheet.height - points.height * scale) / 2];
    else [sheet.left, sheet.top] = [px - x * scale, py - y * scale];
    pan(0, 0);
    return moved;
  }

  const whole = () => zoom(0, 0, 0);

  // The filter, colours, search

  function follow() {
    tip.hide();
    const passing = view.articles();
    const wanted = Uint8Array.from(points.article, (at) => passing[at]);
    const { of, classes } = mapClasses(points, controls.colour.value, wanted);
    Object.assign(shown, { of, classes });
    for (let p = 0; p < points.n; p++)
      shown.state[p] = off.has(classes[of[p]].label) ? 2 : wanted[p] ? 1 : controls.hide.checked ? 2 : 0;
    mapLegend(legend, classes, off, follow);
    search();
    choose(chosen);
    name();
  }

  function search() {
    const words = controls.find.value.toLowerCase().split(/\s+/).filter(Boolean);
    titles = titles || (words.length ? articles.title.map((one) => one.toLowerCase()) : null);
    shown.all = [];
    if (words.length)
      for (let p = 0; p < points.n; p++)
        if (shown.state[p] === 1 && words.every((word) => titles[points.article[p]].includes(word))) shown.all.push(p);
    shown.found = shown.all.slice(0, MOST_RINGS);
    controls.listFound.hidden = !shown.all.length;
    tell();
    later();
  }

  function tell() {
    let bright = 0;
    for (let p = 0; p < points.n; p++) bright += shown.state[p] === 1;
    const lines = [view.text(bright < points.n ? "map.seen" : "map.all", { n: bright, all: points.n })];
    if (controls.colour.value === "stance" && view.data.targets.length)
      lines.push(view.text("map.towards", { target: view.filter.target || view.data.targets[0] }));
    if (articles.n > points.n) lines.push(view.text("map.unplaced", { n: articles.n - points.n }));
    if (controls.find.value.trim()) lines.push(view.text("map.found", { n: shown.all.length }));
    if (shown.listed) lines.push(view.text("map.below", { n: shown.listed }));
    status.textContent = lines.join(" ");
  }

  function choose(some) {
    chosen = some;
    const bright = some.filter((p) => shown.state[p] === 1);
    shown.chosen = bright.slice(0, MOST_RINGS);
    shown.listed = bright.length;
    list(bright.map((p) => points.article[p]));
    tell();
    later();
  }

  const byDay = (some) => some.sort((a, b) => (articles.day[points.article[a]] ?? 1e9) - (articles.day[points.article[b]] ?? 1e9) || a - b);
  const nearTo = (at, reach) => points.near(...unit(at), reach / sheet.scale, shown.state);
  const isDeep = () => sheet.scale > sheet.whole * 1.01;
  const isLasso = () => controls.lasso.getAttribute("aria-pressed") === "true";

  function hover(at) {
    const found = at ? nearTo(at, REACH) : [];
    canvas.style.cursor = isLasso() ? "crosshair" : found.length ? "pointer" : "grab";
    if (!found.length) return tip.hide();
    const article = points.article[found[0]];
    const lines = [plot.short(articles.title[article] || articles.id[article], 120),
      `${plot.apart(view.data.sources[articles.source[article]])} · ${view.day(articles.day[article])}`, plot.themeName(articles.theme[article])];
    if (found.length > 1) lines.push(view.text("map.here", { n: found.length - 1 }));
    return tip.show(...at, lines);
  }

  function lasso(polygon, done) {
    shown.lasso = done ? null : polygon;
    if (done) choose(byDay(points.inside(polygon.map(unit), shown.state)));
    later();
  }

  mapGestures(canvas, {
    pan, zoom, whole, hover, lasso, rest, isLasso, isDeep,
    pick: (at, reach) => choose(nearTo(at, reach)),
    list: (at) => choose(nearTo(at, REACH_OF_MIDDLE)),
    clear: () => choose([]),
    focus: (on) => ((shown.cross = on), later()),
  });
  const centre = () => [sheet.width / 2, sheet.height / 2];
  controls.larger.addEventListener("click", () => zoom(1.5, ...centre()));
  controls.smaller.addEventListener("click", () => zoom(1 / 1.5, ...centre()));
  controls.whole.addEventListener("click", whole);
  controls.lasso.addEventListener("click", () => (controls.lasso.setAttribute("aria-pressed", String(!isLasso())), later()));
  controls.listSeen.addEventListener("click", () => choose(byDay(points.inside([[0, 0], [sheet.width, 0], [sheet.width, sheet.height], [0, sheet.height]].map(unit), shown.state))));
  controls.listFound.addEventListener("click", () => choose(byDay([...shown.all])));
  controls.colour.addEventListener("change", () => (off.clear(), follow()));
  controls.hide.addEventListener("change", follow);
  controls.names.addEventListener("change", later);
  let typing = 0;
  controls.find.addEventListener("input", () => (clearTimeout(typing), (typing = setTimeout(search, 150))));
  controls.find.addEventListener("keydown", (event) => event.key === "Enter" && (search(), choose(byDay([...shown.all]))));

  const ready = document.fonts ? document.fonts.ready : Promise.resolve();
  fit();
  view.subscribe(follow);
  plot.onLook(sheetBox, () => (fit(), follow(), draw()));
  ready.then(later);
  return { draw, zoom, pan, whole, points, sheet };
}
