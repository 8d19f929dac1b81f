/* Typing suggestions for the search box, and nothing else: without this script the box is a plain form.
   A combobox with a grouped listbox popup as in the ARIA Authoring Practices; focus never leaves the input. */
(function () {
  "use strict";

  const WAIT = 250; // ms after the last key: shorter asks for every letter, longer feels slow
  const SIZE = 8;
  const KINDS = {
    standard: "标准", institution: "机构", capability: "检测能力",
    authorisation: "计量授权", plan: "服务方案", catalogue_entry: "强制检定目录",
  };

  function worthAsking(text) {
    return text.length >= 2 || /[\u3400-\u9fff]/.test(text);
  }

  /* The server's highlight is escaped text with <mark>; it is taken apart as text and never parsed as markup. */
  const ENTITIES = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#x27;": "'", "&#39;": "'", "&amp;": "&" };

  function marked(html) {
    const span = document.createElement("span");
    span.className = "suggestion-text";
    html.split(/<\/?mark>/).forEach(function (part, at) {
      const node = at % 2 ? document.createElement("mark") : document.createTextNode("");
      node.textContent = part.replace(/&(?:lt|gt|quot|amp|#x27|#39);/g, function (entity) { return ENTITIES[entity]; });
      span.appendChild(node);
    });
    return span;
  }

  function enhance(form, index) {
    const input = form.querySelector("input[type=search]");
    const list = document.createElement("div");
    const said = document.createElement("p");
    const cache = new Map();
    let timer = 0;
    let asking = null;
    let composing = false;
    let active = -1;
    let rows = [];
    let options = [];

    list.id = "suggestions-" + index;
    list.className = "suggestions";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "搜索建议");
    said.className = "unseen";
    said.setAttribute("role", "status");
    form.append(list, said);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-expanded", "false");

    function close() {
      list.hidden = true;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }

    function stop() {
      clearTimeout(timer);
      if (asking) asking.abort();
      asking = null;
    }

    function choose(at) {
      stop();
      window.location.assign(rows[at].url);
    }

    function activate(at) {
      if (active >= 0) options[active].setAttribute("aria-selected", "false");
      active = at;
      if (active < 0) {
        input.removeAttribute("aria-activedescendant");
        return;
      }
      options[active].setAttribute("aria-selected", "true");
      options[active].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", options[active].id);
    }

    function opened(kind) {
      const group = document.createElement("ul");
      const name = document.createElement("li");
      name.id = list.id + "-" + kind;
      name.className = "suggestion-kind";
      name.setAttribute("role", "presentation");
      name.textContent = KINDS[kind] || "其他";
      group.className = "suggestion-group";
      group.setAttribute("role", "group");
      group.setAttribute("aria-labelledby", name.id);
      group.appendChild(name);
      list.appendChild(group);
      return group;
    }

    function show(found) {
      rows = found.filter(function (row) { return /^\/(?!\/)/.test(row.url); });
      list.textContent = "";
      let group = null;
      options = rows.map(function (row, at) {
        // The answer puts the suggestions of one kind together; each kind is one group under its name.
        if (at === 0 || rows[at - 1].kind !== row.kind) group = opened(row.kind);
        const option = document.createElement("li");
        option.id = list.id + "-" + at;
        option.className = "suggestion";
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.append(marked(row.highlighted));
        option.addEventListener("mousedown", function (event) { event.preventDefault(); });
        option.addEventListener("click", function () { choose(at); });
        group.appendChild(option);
        return option;
      });
      active = -1;
      input.removeAttribute("aria-activedescendant");
      list.hidden = rows.length === 0;
      input.setAttribute("aria-expanded", String(rows.length > 0));
      said.textContent = rows.length ? rows.length + " 条建议，用上下键选择" : "";
    }

    function ask() {
      const text = input.value.trim();
      stop();
      if (!worthAsking(text)) {
        close();
        return;
      }
      if (cache.has(text)) {
        show(cache.get(text));
        return;
      }
      const query = new URLSearchParams({ q: text, size: String(SIZE) });
      form.querySelectorAll("input[name=kind]").forEach(function (kind) { query.append("kind", kind.value); });
      const mine = new AbortController();
      asking = mine;
      fetch(form.dataset.suggest + "?" + query, { signal: mine.signal, headers: { Accept: "application/json" } })
        .then(function (answer) { return answer.ok ? answer.json() : { suggestions: [] }; })
        .then(function (answer) {
          cache.set(text, answer.suggestions);
          if (asking === mine && document.activeElement === input) show(answer.suggestions);
        })
        .catch(function () { if (asking === mine) close(); }); // no network: the form still works
    }

    function later() {
      clearTimeout(timer);
      timer = setTimeout(ask, WAIT);
    }

    /* While an input method composes, what stands in the box is no word yet, and its keys are not ours. */
    input.addEventListener("compositionstart", function () { composing = true; stop(); });
    input.addEventListener("compositionend", function () { composing = false; later(); });
    input.addEventListener("input", function () { if (!composing) later(); });
    input.addEventListener("blur", function () { stop(); close(); });
    form.addEventListener("submit", function () { stop(); close(); });
    input.addEventListener("keydown", function (event) {
      if (composing || event.isComposing) return;
      const open = !list.hidden;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        if (!open) {
          if (event.key === "ArrowDown") ask();
          return;
        }
        event.preventDefault();
        const places = rows.length + 1; // the input itself is one of them
        const step = event.key === "ArrowDown" ? 1 : -1;
        activate((active + 1 + step + places) % places - 1);
      } else if (event.key === "Enter" && open && active >= 0) {
        event.preventDefault();
        choose(active);
      } else if (event.key === "Escape" && open) {
        event.preventDefault();
        stop();
        close();
      }
    });
  }

  document.querySelectorAll("form[data-suggest]").forEach(enhance);
})();
