"use strict";
// What stands around the map: its fields and buttons, the canvas, the line that tells what is seen, the legend.
function mapParts(holder) {
  const { data } = view;
  const text = (key) => view.text(`map.${key}`);
  const ways = ["theme", "lang", "source", ...(data.targets.length ? ["stance"] : []), ...(data.articles.day.some((one) => one !== null) ? ["date"] : [])];
  const check = (key, checked) => plot.element("input", { type: "checkbox", checked });
  const button = (key, attributes = {}) => plot.button(text(key), () => {}, attributes);
  const sign = (key, label) => plot.button(label, () => {}, { "aria-label": text(key), title: text(key), class: "button" });
  const controls = {
    colour: plot.element("select", {}, ...ways.map((one) => plot.element("option", { value: one }, text(`by_${one}`)))),
    find: plot.element("input", { type: "search", dir: "auto", autocomplete: "off" }),
    listFound: button("list_found", { hidden: true }),
    lasso: button("lasso", { "aria-pressed": "false" }),
    listSeen: button("list_seen"),
    names: check("names", true),
    hide: check("hide", false),
    larger: sign("larger", "+"),
    smaller: sign("smaller", "−"),
    whole: sign("whole", "⤢"),
  };
  const label = (key, field) => plot.element("label", {}, text(key), field);
  const tick = (key, field) => plot.element("label", { class: "plot-tick" }, field, text(key));
  const bar = plot.element("div", { class: "plot-bar screen" },
    label("colour", controls.colour),
    data.with_texts ? label("find", controls.find) : null,
    controls.listFound, controls.lasso, controls.listSeen,
    tick("names", controls.names), tick("hide", controls.hide));
  const help = plot.element("p", { class: "caption screen", id: "map-keys" }, text("keys"));
  const canvas = plot.element("canvas", { tabindex: "0", role: "application", "aria-label": text("label"), "aria-describedby": "map-keys map-seen" });
  const zooms = plot.element("div", { class: "plot-zooms screen" }, controls.larger, controls.smaller, controls.whole);
  const sheetBox = plot.element("div", { class: "plot-sheet" }, canvas, zooms);
  const status = plot.element("p", { class: "caption", role: "status", id: "map-seen" });
  const legend = plot.element("div", { class: "plot-legend", role: "group", "aria-label": text("legend") });
  holder.append(bar, sheetBox, status, legend, help);
  return { canvas, sheetBox, controls, legend, status };
}

// Buttons that hide a class of points and show it again; pressed twice, one shows only its class, or all again.
function mapLegend(legend, classes, off, changed) {
  const TWICE = 450; // milliseconds
  const some = classes.filter((one) => one.n || off.has(one.label));
  const focused = legend.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  function press(one) {
    const twice = legend.dataset.last === one.label && performance.now() - Number(legend.dataset.when) < TWICE;
    Object.assign(legend.dataset, { last: one.label, when: performance.now() });
    if (twice) {
      const others = some.filter((other) => other !== one).map((other) => other.label);
      const alone = others.every((label) => off.has(label));
      off.clear();
      if (!alone) others.forEach((label) => off.add(label));
    } else if (!off.delete(one.label)) off.add(one.label);
    changed();
  }
  legend.replaceChildren(...some.map(function (one) {
    const glyph = plot.element("span", { class: "glyph", "aria-hidden": "true" }, one.glyph);
    glyph.style.color = one.colour;
    const made = plot.button("", () => press(one), { "aria-pressed": String(!off.has(one.label)), "data-key": one.label });
    made.append(glyph, " ", plot.bidi(one.label), " ", plot.element("span", { class: "small" }, view.count(one.n)));
    return made;
  }));
  if (focused !== null) [...legend.children].find((one) => one.dataset.key === focused)?.focus();
}
