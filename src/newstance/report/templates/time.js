"use strict";
// Articles over time: all of them, where dragging chooses the dates of the page, and each of the largest themes.
function timeCharts(holder) {
  const { themes, time, total, articles } = view.data;
  if (!time) return; // the section says why
  const SHOWN = 12;
  const PALE = 0.45; // outside the bursts of a theme that has some
  const counter = timeCounts();
  const { nPeriods, name } = counter;
  const brushed = plot.element("div", { class: "plot-brush" });
  const range = plot.element("span");
  const allDates = plot.button(view.text("time.all_dates"), () => view.set({ from: "", to: "" }));
  const tools = plot.element("p", { class: "plot-tools screen" }, range, allDates);
  const grid = plot.element("div", { class: "grid" });
  const more = plot.button("", () => ((every = !every), draw()), { "aria-expanded": "false" });
  const moreLine = plot.element("p", { class: "plot-tools screen" }, more);
  const notes = plot.element("p", { class: "caption" });
  const { holder: tables, show: showTable } = plot.foldedTable("themes_over_time", tableOf, fileOf);
  const box = plot.element("div", { class: "plot-times" }, brushed, tools, grid, moreLine, notes, tables);
  holder.append(box);
  const tip = plot.tip(box);
  let every = false;
  let counted = null;

  function shownThemes() {
    const chosen = themes.findIndex((one) => String(one.id) === view.filter.theme);
    if (chosen >= 0) return [chosen];
    const dated = themes.map((_, theme) => theme).filter((theme) => time.counts[theme].some((n) => n));
    return every ? dated : dated.slice(0, SHOWN);
  }

  function follow() {
    counted = view.isFiltered() ? counter.count(view.articles()) : { counts: time.counts, totals: time.totals };
    draw();
  }

  function draw() {
    tip.hide();
    const paint = plot.colours();
    drawAll(paint);
    const shown = shownThemes();
    const highest = Math.max(1, ...shown.flatMap((theme) => counted.counts[theme]));
    const columns = Math.max(1, Math.floor((box.clientWidth + 28) / (290 + 28)));
    const width = Math.floor((box.clientWidth - 28 * (columns - 1)) / columns);
    grid.replaceChildren(...shown.map((theme) => panelOf(theme, highest, width, paint)));
    const dated = themes.filter((_, theme) => time.counts[theme].some((n) => n)).length;
    moreLine.hidden = dated <= SHOWN || shown.length === 1;
    more.textContent = view.text(every ? "time.fewer" : "time.more", { n: dated - SHOWN });
    more.setAttribute("aria-expanded", String(every));
    notes.textContent = told();
    showTable();
  }

  function told() {
    const passing = view.articles();
    const undated = articles.day.reduce((n, day, at) => n + (day === null && passing[at] ? 1 : 0), 0);
    const lines = [view.text("time.note")];
    if (time.bursts.length) lines.push(view.text("time.bursts"));
    if (undated) lines.push(view.text("time.undated", { n: undated }));
    if (view.isFiltered() && total.articles > articles.n) lines.push(view.text("map.sample", { n: articles.n, all: total.articles }));
    return lines.join(" ");
  }

  function panelOf(theme, highest, width, paint) {
    const counts = counted.counts[theme];
    const spans = time.bursts.filter((one) => one[0] === theme).map(([, first, last]) => [first, last]);
    const colour = plot.themeColour(theme);
    const bars = counts.map((n, place) => ({ n, colour, opacity: spans.length && !counter.isBurst(theme, place) ? PALE : 1 }));
    const sum = counts.reduce((a, b) => a + b, 0);
    const label = view.text("time.panel", { theme: plot.themeName(theme), n: sum });
    const panel = timePanel({ width, height: 130, highest, bars, spans, paint, label });
    pointed(panel, (place) => [name(place), part(theme, place), ...(counter.isBurst(theme, place) ? [view.text("time.burst")] : [])]);
    const glyph = plot.element("span", { class: "glyph", "aria-hidden": "true" }, plot.themeGlyph(theme));
    glyph.style.color = colour;
    return plot.element("figure", {},
      plot.element("figcaption", {}, glyph, " ", plot.bidi(plot.themeName(theme)), " ", plot.element("span", { class: "small" }, view.count(sum))),
      panel.made);
  }

  // Articles of a theme in one period, and their share with its interval.
  function part(theme, place) {
    const [n, all] = [counted.counts[theme][place], counted.totals[place]];
    if (!all) return view.text("time.part", { n, all });
    const [low, high] = counter.interval(n, all);
    return view.text("time.share", { n, all, share: plot.percent(n / all), low: plot.percent(low), high: plot.percent(high) });
  }

  function pointed(panel, lines) {
    panel.made.addEventListener("pointermove", function (event) {
      const own = panel.made.getBoundingClientRect(), outer = box.getBoundingClientRect();
      if (event.pointerType === "mouse") tip.show(event.clientX - outer.left, event.clientY - outer.top, lines(panel.placeAt(event.clientX - own.left)));
    });
    panel.made.addEventListener("pointerleave", tip.hide);
  }

  // All articles, those that pass before the others, with a brush

  function chosen() {
    const { from, to } = view.filter;
    if (!from && !to) return null;
    const day = (text) => Math.floor(Date.parse(`${text}T00:00:00Z`) / 86400000);
    const clamp = (value) => Math.min(time.starts[nPeriods] - 1, Math.max(time.starts[0], value));
    return [counter.periodOf(clamp(from ? day(from) : -Infinity)), counter.periodOf(clamp(to ? day(to) : Infinity))];
  }

  function drawAll(paint) {
    const bars = counted.totals.map((n) => ({ n, colour: paint.accent, opacity: 1 }));
    const onlyDates = view.keys.every((key) => key === "from" || key === "to" || !view.filter[key]);
    const highest = Math.max(1, ...(onlyDates ? time.totals : counted.totals));
    const label = view.text("time.all", { n: counted.totals.reduce((a, b) => a + b, 0) });
    const panel = timePanel({ width: box.clientWidth, height: 150, highest, bars, behind: onlyDates ? time.totals : null, paint, label });
    const { from, to } = view.filter;
    pointed(panel, (place) => [name(place), view.text("time.part", { n: counted.totals[place], all: time.totals[place] })]);
    range.textContent = from || to
      ? view.text("time.range", { from: from ? view.day(Date.parse(from) / 86400000) : "…", to: to ? view.day(Date.parse(to) / 86400000) : "…" })
      : view.text("time.drag");
    allDates.hidden = !from && !to;
    timeBrush(panel, chosen(), paint, choose);
    brushed.replaceChildren(plot.element("b", { class: "small" }, label), panel.made);
  }

  const choose = (first, last) => view.set({ from: view.isoDay(time.starts[first]), to: view.isoDay(time.starts[last + 1] - 1) });

  // The tables

  function tableOf() {
    const shown = shownThemes();
    return {
      columns: [view.text("time.column_start"), ...shown.map((theme) => plot.themeName(theme)), view.text("time.column_all")],
      rows: counted.totals.map((all, place) => [name(place), ...shown.map((theme) => view.count(counted.counts[theme][place])), view.count(all)]),
      numeric: [...shown, null].map((_, n) => n + 1),
    };
  }

  function fileOf() {
    const rows = [];
    for (let place = 0; place < nPeriods; place++)
      for (let theme = 0; theme <= themes.length; theme++) {
        const own = theme === themes.length ? -1 : theme;
        const [n, all] = [counted.counts[theme][place], counted.totals[place]];
        const figures = all ? [n / all, ...counter.interval(n, all)] : [null, null, null];
        rows.push([view.isoDay(time.starts[place]), plot.themeName(own), n, all, ...figures, counter.isBurst(own, place) ? 1 : 0]);
      }
    return [["start", "theme", "n", "n_articles", "share", "share_low", "share_high", "burst"], rows];
  }

  plot.onLook(box, draw);
  view.subscribe(follow);
}
