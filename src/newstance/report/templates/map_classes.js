"use strict";
// Colours of the points of the map by theme, language, outlet, stance or date: ``of`` gives the class of each point,
// ``classes`` are {label, colour, glyph, n}, of which n counts the points that are ``wanted`` (1 or 0 a point).
function mapClasses(points, mode, wanted) {
  const { articles, themes, sources, langs, targets } = view.data;
  // Colours that are told apart with any kind of colour vision come first; the last three are for many values.
  const OTHER = "#8c939b";
  const LIGHT = ["#0072B2", "#C77F00", "#008A66", "#B85C93", "#2E9BD6", "#C24E00", "#6753A8", "#7D5F1B", "#5B7A00", "#A23B3B", "#006D77"];
  const DARK = ["#4DA6E0", "#F0B545", "#2FC497", "#E3A3C6", "#86CDF3", "#F28C45", "#AC9DE8", "#CDA95C", "#B4CC5A", "#E58A8A", "#5CC2CC"];
  const OLD_TO_NEW = [["#b89b00", "#6b5b12"], ["#7d9e2e", "#8a7a1d"], ["#3f9a63", "#7fa03c"], ["#1d8296", "#4fb57a"], ["#2f63a3", "#56c3d6"], ["#4a2f86", "#b9dcff"]];
  const own = plot.isDark() ? DARK : LIGHT;

  function ofThemes() {
    const marked = themes.filter((one) => !one.symbol.endsWith("-open")).length;
    const classes = themes.slice(0, marked).map((_, theme) => mark(plot.themeName(theme), plot.themeColour(theme), plot.themeGlyph(theme)));
    const smaller = themes.length - marked;
    if (smaller) classes.push(mark(view.text("map.smaller_themes", { n: smaller }), OTHER, "○"));
    classes.push(mark(plot.themeName(-1), OTHER, "×"));
    return [classes, (at) => (articles.theme[at] < 0 ? classes.length - 1 : Math.min(articles.theme[at], marked))];
  }

  // The most frequent values have a colour of their own, the others share one.
  function ofValues(column, names, others) {
    const counts = new Int32Array(names.length);
    for (let p = 0; p < points.n; p++) counts[column[points.article[p]]]++;
    const ranked = names.map((_, place) => place).filter((place) => counts[place]).sort((a, b) => counts[b] - counts[a] || a - b);
    const shown = ranked.slice(0, own.length);
    const classes = shown.map((place, rank) => mark(names[place], own[rank], "●"));
    if (ranked.length > shown.length) classes.push(mark(view.text(others, { n: ranked.length - shown.length }), OTHER, "○"));
    const classOf = new Map(shown.map((place, rank) => [place, rank]));
    return [classes, (at) => classOf.get(column[at]) ?? shown.length];
  }

  function ofStance() {
    const paint = plot.colours();
    const target = Math.max(0, targets.indexOf(view.filter.target));
    const net = articles.net[target] || [];
    const classes = [mark("favor", paint.favor, "▲"), mark("against", paint.against, "▼"), mark("torn", own[6], "◆"), mark("silent", OTHER, "·")];
    classes.forEach((one) => (one.label = view.text(`map.${one.label}`)));
    return [classes, (at) => ({ 1: 0, "-1": 1, 0: 2 })[net[at]] ?? 3];
  }

  function ofDates() {
    let first = Infinity, last = -Infinity;
    for (const day of articles.day) if (day !== null) [first, last] = [Math.min(first, day), Math.max(last, day)];
    const parts = Math.min(OLD_TO_NEW.length, Math.max(0, last - first + 1) || 0);
    const length = (last - first + 1) / parts;
    const begin = (part) => first + Math.ceil(part * length - 1e-9);
    const classes = OLD_TO_NEW.slice(0, parts).map((pair, part) =>
      mark(view.text("map.between", { from: view.day(begin(part)), to: view.day(begin(part + 1) - 1) }), pair[plot.isDark() ? 1 : 0], "●"));
    classes.push(mark(view.text("date.none"), OTHER, "×"));
    return [classes, (at) => (articles.day[at] === null ? parts : Math.min(parts - 1, Math.floor((articles.day[at] - first) / length + 1e-9)))];
  }

  const mark = (label, colour, glyph) => ({ label, colour, glyph, n: 0 });
  const ways = {
    theme: ofThemes,
    lang: () => ofValues(articles.lang, langs, "map.other_langs"),
    source: () => ofValues(articles.source, sources, "map.other_sources"),
    stance: ofStance,
    date: ofDates,
  };
  const [classes, classOf] = ways[mode]();
  const of = new Uint8Array(points.n);
  for (let p = 0; p < points.n; p++) {
    of[p] = classOf(points.article[p]);
    classes[of[p]].n += wanted[p];
  }
  return { of, classes };
}
