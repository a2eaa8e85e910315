"use strict";
// The sentences that pass the filter: shown with the mention marked, and saved as CSV.
(function () {
  const list = document.getElementById("quotes");
  if (!list) return;
  const { data } = view;
  const { articles, sentences } = data;
  const told = document.getElementById("found");
  const more = document.getElementById("more");
  const STEP = 20;
  const COLUMNS = ["target", "stance", "proba", "text", "mention", "holder", "source", "published", "lang", "theme", "title", "url", "article_id"];
  let found = [];
  let shown = 0;

  function element(name, text, attributes) {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    return Object.assign(made, attributes);
  }

  // Places are code points; strings of a browser count half of some characters.
  function parts(row) {
    const text = sentences.text[row];
    const [start, end] = [sentences.start[row], sentences.end[row]];
    if (start === null) return [text, "", ""];
    const letters = Array.from(text);
    return [letters.slice(0, start), letters.slice(start, end), letters.slice(end)].map((one) => one.join(""));
  }

  function quote(row) {
    const article = sentences.article[row];
    const stance = data.stances[sentences.stance[row]];
    const source = data.sources[articles.source[article]];
    const [before, mention, after] = parts(row);
    const text = element("p", "", { dir: "auto", lang: data.langs[sentences.lang[row]] });
    if (!data.with_texts) text.append(view.text("evidence.no_text"));
    else if (mention) text.append(before, element("mark", mention), after);
    else text.append(before);
    const footer = element("footer");
    footer.append(
      element("b", view.text(`stance.is_${stance}`), { className: stance }), " → ",
      element("bdi", data.targets[sentences.target[row]]), " · ", element("bdi", source), ` · ${view.day(articles.day[article])} · `,
      view.text("evidence.sure", { proba: `${sentences.proba[row]} %` })
    );
    if (articles.theme[article] >= 0) footer.append(" · ", element("bdi", data.themes[articles.theme[article]].name));
    if (sentences.holder[row]) footer.append(` · ${view.text("evidence.by")} `, element("bdi", sentences.holder[row]));
    if (articles.url[article]) {
      const link = element("a", view.text("evidence.article"), { href: articles.url[article], rel: "noopener noreferrer", target: "_blank" });
      link.append(element("span", ` ${view.text("evidence.at", { outlet: source })}`, { className: "unseen" }));
      footer.append(" · ", link);
    }
    const made = element("blockquote");
    made.append(text, footer);
    return made;
  }

  function showMore() {
    list.append(...found.slice(shown, shown + STEP).map(quote));
    shown = Math.min(found.length, shown + STEP);
    more.hidden = shown >= found.length;
  }

  view.subscribe(function () {
    const mask = view.sentences();
    found = [];
    const n = [0, 0, 0];
    for (let row = 0; row < sentences.n; row++)
      if (mask[row]) {
        found.push(row);
        n[sentences.stance[row]]++;
      }
    told.textContent = found.length
      ? view.text("evidence.found", { n: found.length, favor: n[0], against: n[1], none: n[2] })
      : view.text("evidence.no_such");
    shown = 0;
    list.replaceChildren();
    showMore();
  });

  function line(row) {
    const article = sentences.article[row];
    return [
      data.targets[sentences.target[row]], data.stances[sentences.stance[row]], sentences.proba[row] / 100,
      sentences.text[row], parts(row)[1], sentences.holder[row], data.sources[articles.source[article]],
      view.isoDay(articles.day[article]), data.langs[articles.lang[article]],
      articles.theme[article] < 0 ? "" : data.themes[articles.theme[article]].name,
      articles.title[article], articles.url[article], articles.id[article],
    ];
  }

  more.addEventListener("click", showMore);
  document.getElementById("sentences-csv").addEventListener("click", () => csv.save("sentences", COLUMNS, found.map(line)));
})();
