"use strict";
// What the charts share: elements whose texts are never markup, colours of the page, tables, a tooltip.
const plot = (function () {
  const PAPER = {
    ink: "#1b1f24", soft: "#4d555d", line: "#d5d9de", page: "#ffffff", card: "#ffffff", wash: "#f4f6f8",
    accent: "#0b5394", favor: "rgb(0 104 166)", against: "rgb(190 84 0)",
  };
  const SVG = "http://www.w3.org/2000/svg";
  const scheme = window.matchMedia("(prefers-color-scheme: dark)");
  const paper = window.matchMedia("print");
  const redraws = [];
  let printing = paper.matches;

  function colours() {
    if (printing) return PAPER;
    const style = getComputedStyle(document.documentElement);
    const read = (name) => style.getPropertyValue(`--${name}`).trim();
    const plain = Object.fromEntries(["ink", "soft", "line", "page", "card", "wash", "accent"].map((one) => [one, read(one)]));
    return { ...plain, favor: `rgb(${read("favor")})`, against: `rgb(${read("against")})` };
  }

  function look(print) {
    printing = print;
    redraws.forEach((redraw) => redraw());
  }
  scheme.addEventListener("change", () => look(printing));
  paper.addEventListener("change", (event) => look(event.matches));
  (function onScreen() {
    // A window that moves to a screen with finer pixels.
    const finer = window.matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    finer.addEventListener("change", () => (look(printing), onScreen()), { once: true });
  })();
  window.addEventListener("beforeprint", () => look(true));
  window.addEventListener("afterprint", () => look(false));

  // Draws again when the colours of the page change, when it is printed, and when ``element`` changes its width.
  function onLook(element, redraw) {
    redraws.push(redraw);
    let width = element.clientWidth;
    new ResizeObserver(function () {
      if (element.clientWidth === width) return;
      width = element.clientWidth;
      redraw();
    }).observe(element);
  }

  function fill(made, attributes, children) {
    Object.entries(attributes).forEach(function ([name, value]) {
      if (value === true) made.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
    });
    made.append(...children.filter((one) => one !== null && one !== undefined));
    return made;
  }
  const element = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);
  const svg = (name, attributes = {}, ...children) => fill(document.createElementNS(SVG, name), attributes, children);

  function button(label, act, attributes = {}) {
    const made = element("button", { type: "button", class: "button", ...attributes }, label);
    made.addEventListener("click", act);
    return made;
  }

  const bidi = (text) => element("bdi", { dir: "auto" }, text);
  const apart = (text) => `\u2068${text}\u2069`; // its direction turns nothing around it
  const short = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

  // A table of rows of plain values; a value may also be an element. ``numeric`` are the columns of numbers.
  function table(caption, columns, rows, numeric = []) {
    const cell = (value) => (value instanceof Node ? value : bidi(String(value)));
    const kind = (n) => ({ class: numeric.includes(n) ? "num" : null });
    const head = columns.map((name, n) => element("th", { scope: "col", ...kind(n) }, name));
    const body = rows.map((row) =>
      element("tr", {}, ...row.map((value, n) =>
        n ? element("td", kind(n), cell(value)) : element("th", { scope: "row", ...kind(n) }, cell(value)))));
    return element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": view.text("table.show", { name: caption }) },
      element("table", { class: "plain" },
        element("caption", { class: "unseen" }, caption),
        element("thead", {}, element("tr", {}, ...head)),
        element("tbody", {}, ...body)));
  }

  // A table that is made when it is opened, and a button that saves all of it: as other tables of the page.
  // ``make`` gives {columns, rows, numeric}; ``file`` the columns and rows of the CSV.
  function foldedTable(name, make, file) {
    const title = view.text(`table.${name}`);
    const place = element("div");
    const folded = element("details", {}, element("summary", {}, view.text("table.show", { name: title })), place);
    function show() {
      if (!folded.open) return;
      const made = make();
      place.replaceChildren(table(title, made.columns, made.rows, made.numeric));
    }
    folded.addEventListener("toggle", show);
    const save = button(view.text("table.csv"), () => csv.save(name, ...file()));
    save.append(element("span", { class: "unseen" }, ` ${title}`));
    return { holder: element("div", { class: "table-of screen" }, folded, save), show };
  }

  // A box beside the pointer; what it says is in the table too, so it is hidden from readers of screens.
  function tip(holder) {
    const box = element("div", { class: "plot-tip", "aria-hidden": "true", hidden: true });
    holder.append(box);
    return {
      show(x, y, lines) {
        box.replaceChildren(...lines.map((line, n) => element(n ? "div" : "b", { dir: "auto" }, line)));
        box.hidden = false;
        const right = x + 14 + box.offsetWidth > holder.clientWidth;
        box.style.left = `${Math.max(0, right ? x - 14 - box.offsetWidth : x + 14)}px`;
        const low = y + 14 + box.offsetHeight > holder.clientHeight;
        box.style.top = `${low ? Math.max(0, y - 10 - box.offsetHeight) : y + 14}px`;
      },
      hide: () => (box.hidden = true),
    };
  }

  const themeName = (theme) => (theme < 0 ? view.text("theme.none") : view.data.themes[theme].name);
  const themeColour = (theme) =>
    theme < 0 ? "#8c939b" : view.data.themes[theme][scheme.matches && !printing ? "dark_colour" : "colour"];
  const themeGlyph = (theme) => (theme < 0 ? "×" : view.data.themes[theme].glyph);

  // A share as a person reads it; one that is not nought is never shown as 0 %.
  const percent = (share) => (share > 0 && share < 0.005 ? "<1 %" : `${Math.round(100 * share)} %`);

  return {
    colours, onLook, element, svg, button, bidi, apart, short, table, foldedTable, tip, percent,
    themeName, themeColour, themeGlyph,
    isDark: () => scheme.matches && !printing,
  };
})();
