"use strict";
// The list below the map: articles that were chosen on it, as a table, and as CSV.
function articleList(holder, clear) {
  const { articles, sources, langs } = view.data;
  const STEP = 50;
  const heading = plot.element("h3", { tabindex: "-1" });
  const place = plot.element("div");
  const more = plot.button(view.text("map.more"), () => show(shown + STEP));
  const tools = plot.element("p", { class: "plot-tools screen" },
    plot.button(view.text("table.csv"), save), plot.button(view.text("map.clear"), clear), more);
  const panel = plot.element("div", { class: "plot-list", hidden: true }, heading, place, tools);
  let listed = [];
  let shown = 0;
  holder.append(panel);

  function title(at) {
    const text = articles.title[at] || articles.id[at];
    const attributes = { dir: "auto", lang: langs[articles.lang[at]] };
    if (!articles.url[at]) return plot.element("span", attributes, text);
    return plot.element("a", { ...attributes, href: articles.url[at], rel: "noopener noreferrer", target: "_blank" }, text);
  }

  function show(most) {
    shown = Math.min(listed.length, most);
    const rows = listed.slice(0, shown).map((at) =>
      [title(at), sources[articles.source[at]], view.day(articles.day[at]), plot.themeName(articles.theme[at])]);
    const columns = ["title", "source", "day", "theme"].map((one) => view.text(`map.column_${one}`));
    place.replaceChildren(plot.table(view.text("map.caption", { shown, n: listed.length }), columns, rows));
    more.hidden = shown === listed.length;
  }

  function save() {
    const columns = ["article_id", "title", "source", "published", "lang", "theme", "url"];
    const rows = listed.map((at) => [articles.id[at], articles.title[at], sources[articles.source[at]],
      view.isoDay(articles.day[at]), langs[articles.lang[at]], plot.themeName(articles.theme[at]), articles.url[at]]);
    csv.save("articles_on_map", columns, rows);
  }

  // Shows these articles (places in view.data.articles); the list is gone where there are none.
  return function list(chosen) {
    listed = chosen;
    panel.hidden = !chosen.length;
    heading.textContent = view.text("map.listed", { n: chosen.length });
    if (chosen.length) show(STEP);
    else place.replaceChildren();
  };
}
