"use strict";
// What the page holds and what the reader chose: one state that every section follows.
//
// view.data     {articles, sentences, said, total, themes, sources, langs, targets, stances, texts, with_texts}
//   articles    columns of length n: id, x, y (0 to 65535, null: no place), theme (place in themes, -1: none),
//               source, lang (places), family (place of the article it repeats, or its own),
//               day (days since 1970-01-01, null: none), title, url ("": none);
//               net[target]: array of 1, 0, -1, null (nothing decided); has(target): 1 favor + 2 against + 4 none
//   sentences   columns of length n, the most certain first: article, target, stance, lang (places), proba
//               (percent), text, start, end (code points of the mention, null: none), holder ("": none)
//   themes      {id, name, names, colour, dark_colour, symbol, glyph, parent, n}, the largest first
// view.filter   {target, source, lang, theme, stance, from, to, words, article}: strings, "" where all are
//               wanted. theme is the id of a theme ("-1": no theme), article the id of an article, dates are
//               YYYY-MM-DD, the others are names.
// The address holds both the section and the filter: #stance?target=Russia&source=Meridian+Post
const view = (function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { articles, sentences } = data;
  const KEYS = ["target", "stance", "source", "lang", "theme", "from", "to", "words", "article"];
  const MS_A_DAY = 86400000;
  const listeners = [];
  const plural = new Intl.PluralRules(document.documentElement.lang || "en");
  let filter = fromQuery("");
  let kept = {};

  // Articles

  if (!data.with_texts) {
    articles.title = new Array(articles.n).fill("");
    sentences.text = new Array(sentences.n).fill("");
    sentences.start = sentences.end = new Array(sentences.n).fill(null);
    sentences.holder = new Array(sentences.n).fill("");
  }
  const opened = new Map();
  articles.has = function (target) {
    if (!opened.has(target)) {
      const has = new Uint8Array(articles.n);
      data.said[target].article.forEach((at, n) => (has[at] = Number(data.said[target].has[n])));
      opened.set(target, has);
    }
    return opened.get(target);
  };
  articles.net = {};
  data.targets.forEach(function (_, target) {
    let net = null;
    Object.defineProperty(articles.net, target, {
      enumerable: true,
      get() {
        if (net) return net;
        const { article, net: signs } = data.said[target];
        net = new Array(articles.n).fill(null);
        const has = articles.has(target);
        article.forEach((at, n) => (net[at] = has[at] ? { "-": -1, 0: 0, "+": 1 }[signs[n]] : null));
        return net;
      },
    });
  });

  // The filter

  function dayOf(text) {
    const day = text ? Math.floor(Date.parse(text + "T00:00:00Z") / MS_A_DAY) : NaN;
    return Number.isNaN(day) ? null : day;
  }

  function wanted() {
    const theme = data.themes.findIndex((one) => String(one.id) === filter.theme);
    return {
      target: data.targets.indexOf(filter.target),
      stance: data.stances.indexOf(filter.stance),
      source: data.sources.indexOf(filter.source),
      lang: data.langs.indexOf(filter.lang),
      theme: filter.theme === "-1" ? -1 : theme < 0 ? -2 : theme,
      from: dayOf(filter.from),
      to: dayOf(filter.to),
      words: filter.words.toLowerCase().split(/\s+/).filter(Boolean),
    };
  }

  function holds(text, words) {
    return words.every((word) => text.includes(word));
  }

  // What an article itself tells: 1 where it passes all but target, stance and words.
  function outer(want) {
    const found = new Uint8Array(articles.n);
    for (let n = 0; n < articles.n; n++) {
      const day = articles.day[n];
      found[n] =
        (!filter.source || articles.source[n] === want.source) &&
        (!filter.lang || articles.lang[n] === want.lang) &&
        (!filter.theme || articles.theme[n] === want.theme) &&
        (!filter.article || articles.id[n] === filter.article) &&
        (want.from === null || (day !== null && day >= want.from)) &&
        (want.to === null || (day !== null && day <= want.to));
    }
    return found;
  }

  let lowered = null;
  function low(n) {
    if (!lowered) lowered = sentences.text.map((text, at) => `${text} ${articles.title[sentences.article[at]]}`.toLowerCase());
    return lowered[n];
  }

  // A text and its reprints speak once towards a target: through the original, else the earliest that passes.
  // Within each outlet or theme where these are told apart. Gives, for each target, who stays silent.
  const shared = new Uint8Array(articles.n);
  articles.family.forEach((first, n) => first !== n && (shared[first] = shared[n] = 1));

  function before(one, two) {
    const copy = (n) => articles.family[n] !== n;
    const day = (n) => (articles.day[n] === null ? Infinity : articles.day[n]);
    if (copy(one) !== copy(two)) return copy(two);
    return day(one) !== day(two) ? day(one) < day(two) : one < two;
  }

  function silent(inside, apart) {
    return data.said.map(function ({ article }) {
      const speaker = new Map();
      const others = new Set();
      for (const at of article) {
        if (!inside[at] || !shared[at]) continue;
        const key = apart ? `${articles.family[at]} ${articles[apart][at]}` : articles.family[at];
        const other = speaker.get(key);
        const first = other === undefined || before(at, other);
        if (other !== undefined) others.add(first ? other : at);
        if (first) speaker.set(key, at);
      }
      return others;
    });
  }

  function passing(apart) {
    const want = wanted();
    const inside = outer(want);
    const others = silent(inside, apart);
    const rows = new Uint8Array(sentences.n);
    const worded = new Uint8Array(want.words.length ? articles.n : 0);
    for (let n = 0; n < sentences.n; n++) {
      if (!inside[sentences.article[n]]) continue;
      if (want.words.length && !holds(low(n), want.words)) continue;
      if (want.words.length) worded[sentences.article[n]] = 1;
      rows[n] =
        (!filter.target || sentences.target[n] === want.target) &&
        (!filter.stance || sentences.stance[n] === want.stance) &&
        !others[sentences.target[n]].has(sentences.article[n]);
    }
    if (want.words.length)
      for (let n = 0; n < articles.n; n++)
        inside[n] &= worded[n] || holds(articles.title[n].toLowerCase(), want.words);
    if (filter.target || filter.stance) {
      const bits = filter.stance ? 1 << want.stance : 7;
      const targets = filter.target ? [want.target] : data.targets.keys();
      const said = new Uint8Array(articles.n);
      for (const target of targets)
        if (target >= 0) articles.has(target).forEach((has, n) => (said[n] |= has & bits));
      for (let n = 0; n < articles.n; n++) inside[n] = inside[n] && said[n] ? 1 : 0;
    }
    return { articles: inside, sentences: rows };
  }

  function masks(apart) {
    if (!kept[apart]) kept[apart] = passing(apart);
    return kept[apart];
  }

  // The address

  function fromQuery(query) {
    const given = new URLSearchParams(query);
    return Object.fromEntries(KEYS.map((key) => [key, (given.get(key) || "").trim()]));
  }

  function toQuery() {
    return new URLSearchParams(Object.entries(filter).filter((one) => one[1])).toString();
  }

  function place() {
    return location.hash.slice(1).split("?")[0];
  }

  function write(section) {
    const query = toQuery();
    history.replaceState(null, "", `#${section}${query ? `?${query}` : ""}`);
  }

  function go(section) {
    const target = section && document.getElementById(section);
    if (target) target.scrollIntoView({ block: "start" });
  }

  function fromAddress() {
    const at = location.hash.indexOf("?");
    if (at >= 0) filter = fromQuery(location.hash.slice(at + 1));
    else if (place()) write(place()); // an anchor moves the page and keeps the filter
    tell();
    go(place());
  }

  function tell() {
    kept = {};
    listeners.forEach((one) => one(filter));
  }

  window.addEventListener("hashchange", fromAddress);
  if (location.hash.includes("?")) filter = fromQuery(location.hash.slice(location.hash.indexOf("?") + 1));

  return {
    data,
    get filter() {
      return filter;
    },
    keys: KEYS,
    set(changes, options = {}) {
      filter = { ...filter, ...changes };
      write(options.scroll || place());
      tell();
      if (options.scroll) go(options.scroll);
    },
    clear() {
      filter = fromQuery("");
      write(place());
      tell();
    },
    subscribe(listener) {
      listeners.push(listener);
      listener(filter);
    },
    go(section) {
      write(section);
      go(section);
    },
    arrive: () => location.hash && go(place()),
    isFiltered: () => KEYS.some((key) => filter[key]),
    articles: () => masks("").articles,
    sentences: (apart = "") => masks(apart).sentences, // apart: "source" or "theme"
    // Wording in the language of the page; values.n chooses the form for a number.
    text(key, values = {}) {
      let found = data.texts[key];
      if (found === undefined) throw new Error(`no wording: ${key}`);
      if (typeof found !== "string") found = found[plural.select(values.n)] || found.other;
      return found.replace(/\{(\w+)\}/g, (_, name) =>
        typeof values[name] === "number" ? view.count(values[name]) : String(values[name]));
    },
    count: (number) => String(number).replace(/\B(?=(\d{3})+$)/g, data.texts["number.thousands"]),
    day(day) {
      if (day === null) return view.text("date.none");
      const date = new Date(day * MS_A_DAY);
      return `${date.getUTCDate()} ${data.texts["date.months"].split(" ")[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
    },
    everySentence() {
      const own = filter;
      filter = fromQuery("");
      const all = passing("").sentences;
      filter = own;
      return all;
    },
    isoDay: (day) => (day === null ? "" : new Date(day * MS_A_DAY).toISOString().slice(0, 10)),
  };
})();
