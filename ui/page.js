/* What the page does without asking the server: footnotes open the source panel at their words, the words lead back,
   cards stay inside the window, the library opens, a new question comes into view, an answer goes to the clipboard, the conversation into a
   file; and what Gradio takes away when it draws again, the folds and the focus, is put back. Knows nothing about how the HTML is made; it reads a few data-… attributes, and never writes HTML. */
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  let cameFrom = null; // the footnote that was followed last
  let opened = null; // and what it opened: exchange and key

  function marksOf(exchange, key) {
    const sources = document.querySelector(`.sources[data-exchange="${exchange}"]`);
    return sources ? all(`mark[data-keys~="${key}"]`, sources) : [];
  }

  function scrollTo(element) {
    // Beside the conversation the panel scrolls by itself; stacked under it, the page does.
    const panel = document.getElementById("panel");
    if (panel.contains(element) && panel.scrollHeight > panel.clientHeight + 1) {
      const offset = element.getBoundingClientRect().top - panel.getBoundingClientRect().top;
      panel.scrollTop += offset - panel.clientHeight / 3;
    } else {
      element.scrollIntoView({ block: "center" });
    }
  }

  // What a reader folded or unfolded stays so, also when the server draws it again as it was at first.
  const folds = new Map();
  const foldOf = (details) =>
    [details.closest("[data-exchange]")?.dataset.exchange, details.className, details.dataset.article].join(" ");

  function fold(details, open) {
    details.open = open;
    folds.set(foldOf(details), open);
  }

  function keepFolds() {
    for (const details of folds.size ? all("details") : []) {
      const open = folds.get(foldOf(details)) ?? details.open;
      if (open !== details.open) details.open = open;
    }
  }

  const forgetFolds = (exchange) => [...folds.keys()].forEach((key) => key.startsWith(`${exchange} `) && folds.delete(key));

  document.addEventListener("click", ({ target }) => {
    const details = target.closest?.("summary")?.parentElement;
    if (details) folds.set(foldOf(details), !details.open); // it turns after this
  });

  function show(marks, exchange) {
    for (const block of all("#panel .sources")) block.hidden = block.dataset.exchange !== exchange;
    for (const mark of marks) mark.classList.add("current");
  }

  function openSource(exchange, key) {
    opened = { exchange, key, isNew: true };
    for (const old of all("#panel mark.current")) old.classList.remove("current");
    keepOpen();
  }

  // What somebody reads while an answer is written stays open when its next sentence, or the whole, takes its place.
  // A footnote may be followed before its article is there: the panel is drawn just after the answer.
  function keepOpen() {
    if (!opened || document.querySelector("#panel mark.current")) return;
    const marks = marksOf(opened.exchange, opened.key);
    if (!marks.length) return;
    const { isNew } = opened;
    opened.isNew = false;
    if (isNew) fold(marks[0].closest("details.source"), true);
    show(marks, opened.exchange);
    if (isNew || document.activeElement === document.body) marks[0].focus({ preventScroll: true });
    if (isNew) scrollTo(marks[0]);
  }

  function goBack(exchange, key) {
    const followed = cameFrom && cameFrom.isConnected && cameFrom.dataset.exchange === exchange && cameFrom.dataset.key === key;
    const ref = followed ? cameFrom : document.querySelector(`a.ref[data-exchange="${exchange}"][data-key="${key}"]`);
    if (!ref) return;
    ref.focus({ preventScroll: true });
    ref.scrollIntoView({ block: "center" });
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a.ref, a.back");
    if (!link) return;
    event.preventDefault();
    const { exchange, key } = link.dataset;
    if (link.classList.contains("back")) return goBack(exchange, key);
    cameFrom = link;
    openSource(exchange, key);
  });

  // Over the number where there is room up to the page's edge, else under it, and always inside the window.
  function place(note) {
    const card = note.querySelector(".card");
    const at = note.getBoundingClientRect();
    const { width, height } = card.getBoundingClientRect();
    const [wide, high] = [document.documentElement.clientWidth, document.documentElement.clientHeight];
    const left = Math.max(12, Math.min(at.left + at.width / 2 - width / 2, wide - width - 12));
    const top = at.top - height >= 12 ? at.top - height + 2 : Math.min(at.bottom - 2, high - height - 12);
    card.style.setProperty("--left", `${left}px`);
    card.style.setProperty("--top", `${Math.max(12, top)}px`);
  }

  function showCard(event) {
    const note = event.target.closest?.(".note");
    if (!note || event.target.closest(".card")) return;
    note.classList.remove("dismissed");
    place(note);
  }
  document.addEventListener("pointerover", showCard);
  document.addEventListener("focusin", showCard);
  const placeShown = () => all(".note:is(:hover, :focus-within)").forEach(place);
  document.addEventListener("scroll", placeShown, { capture: true, passive: true });
  window.addEventListener("resize", placeShown);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const note of all(".note")) note.classList.add("dismissed");
    for (const menu of all("details.menu-of[open]")) {
      if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
      fold(menu, false);
      event.preventDefault(); // one press closes one thing: the library stays
    }
  });

  // A long choice is narrowed to what holds the words in its field, and walked through with the arrows.
  function sift() {
    for (const field of all(".offers .sift")) {
      const words = field.value.toLowerCase().split(/\s+/);
      for (const item of all("li", field.parentElement)) {
        const name = item.querySelector(".name").textContent.toLowerCase();
        const hidden = item.firstElementChild.dataset.name !== "" && !words.every((word) => name.includes(word));
        if (item.hidden !== hidden) item.hidden = hidden;
      }
    }
  }
  document.addEventListener("input", ({ target }) => target.matches?.(".sift") && sift());
  document.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const menu = event.target.closest?.(".offers");
    if (!step || !menu) return;
    const stops = all("summary, .sift, button", menu).filter((stop) => stop.getClientRects().length);
    stops[stops.indexOf(event.target) + step]?.focus();
    event.preventDefault();
  });

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return copyBySelecting(text);
    }
  }

  // Browsers give the clipboard to pages of this computer and of https only; selected text can be copied anywhere.
  function copyBySelecting(text) {
    const focused = document.activeElement;
    const box = document.createElement("textarea");
    box.value = text;
    box.style.position = "fixed";
    document.body.append(box);
    box.select();
    const copied = document.execCommand("copy");
    box.remove();
    focused?.focus({ preventScroll: true });
    return copied;
  }

  function say(element, words) {
    element.textContent = words;
    setTimeout(() => (element.textContent = ""), 4000);
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copy]");
    if (!button) return;
    const copied = await copy(button.dataset.copy);
    say(button.nextElementSibling, copied ? "Copied" : "This browser does not let the page copy");
  });

  function save({ save: name, kind, text }) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: kind }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // some browsers read it only after a while
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-save]");
    if (button) {
      save(button.dataset);
      say(button.parentElement.querySelector(".said"), "Download started");
    }
    for (const menu of all("details.menu-of[open]")) if (!menu.contains(event.target)) fold(menu, false);
  });

  document.addEventListener("click", (event) => {
    const leads = event.target.closest?.('[data-event="edit"], [data-event="cancel"]');
    if (leads) document.querySelector("#question textarea").focus();
  });

  // A browser keeps what its reader chose, whatever the page says afterwards: here the page has the last word.
  new MutationObserver((changes) => {
    const chosen = changes.map(({ target }) => target).filter((target) => target.matches("#settings option[selected]"));
    for (const option of chosen) option.selected = true;
  }).observe(document, { subtree: true, attributeFilter: ["selected"] });

  // The library stands in the place of the conversation while it is open.
  function showLibrary(open) {
    if (open === "library" in document.body.dataset) return;
    if (open) document.body.dataset.library = "";
    else delete document.body.dataset.library;
    const button = document.querySelector("button[data-library]");
    button.setAttribute("aria-expanded", String(open));
    (open ? document.getElementById("library-name") : button).focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }
  const libraryIsOpen = () => "library" in document.body.dataset;
  document.addEventListener("click", ({ target }) => {
    if (target.closest?.("button[data-library]")) showLibrary(!libraryIsOpen());
    if (target.closest?.("#new")) showLibrary(false);
    // A day that was not taken stands in its field alone: nothing that comes from the server would change it.
    if (target.closest?.('[data-event="all"]')) for (const field of all("#shelf input[type=date]")) field.value = "";
  });
  document.addEventListener("keydown", ({ key, target, defaultPrevented }) => {
    if (key === "Escape" && !defaultPrevented && libraryIsOpen() && !target.closest?.("input, textarea")) showLibrary(false);
  });
  document.addEventListener("dragenter", ({ dataTransfer }) => {
    if (dataTransfer?.types.includes("Files") && document.getElementById("files")) showLibrary(true);
  });
  // Anywhere else a browser would open the file itself, and the conversation would be gone.
  for (const moment of ["dragover", "drop"])
    document.addEventListener(moment, (event) => {
      if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
    });

  // Where a button goes away when it is pressed, the keyboard goes on from what comes next, not from the head of the page.
  const [QUESTION, FIND] = ["#question textarea", "#shelf input[type=search]"];
  let pressed = null; // and what comes next

  function nextOf({ id, dataset: { event, article } }, inLibrary) {
    if (event === "remove") return '#shelf [data-event="sure"]';
    if (event === "keep") return `#shelf [data-event="remove"][data-article="${CSS.escape(article)}"]`;
    if (["all", "sure", "forget"].includes(event)) return inLibrary ? FIND : QUESTION;
    return id === "stop" || event === "restore" ? QUESTION : null;
  }

  document.addEventListener("click", ({ target }) => {
    const button = target.closest?.("#stop, button[data-event]");
    const next = button && nextOf(button, libraryIsOpen());
    pressed = next ? { button, next } : null;
  });

  function goOn() {
    if (!pressed || pressed.button.getClientRects().length) return;
    if (![document.body, pressed.button].includes(document.activeElement)) return;
    document.querySelector(pressed.next)?.focus({ preventScroll: true });
  }

  // Said once to those who only hear the page. A failure is an alert, which says itself.
  const ENDS = { answered: "Answer ready", refused: "Not in the articles", stopped: "Stopped" };
  const tell = (words) => (document.getElementById("told").textContent = words);

  // A new question comes to the top once, also one in the place of another; from then on the scrolling is its reader's.
  let seen = null;
  new MutationObserver(() => {
    const last = document.querySelector("#live .exchange");
    const now = last && { id: last.id, open: last.dataset.state === "open" };
    const begun = now?.open && !seen?.open;
    if (begun) {
      opened = null;
      document.getElementById("panel").scrollTop = 0; // what is found now stands at its head
      forgetFolds(last.dataset.exchange);
      tell("");
    } else if (now && seen?.open && !now.open) tell(ENDS[last.dataset.state] ?? "");
    keepOpen();
    keepFolds();
    sift();
    goOn();
    if (now && (begun || now.id !== seen?.id)) requestAnimationFrame(() => last.scrollIntoView({ block: "start" }));
    // Where the button that was pressed is gone with the old answer, the keyboard goes on from the new one.
    if (begun && document.activeElement === document.body) last.focus({ preventScroll: true });
    seen = now;
  }).observe(document, { childList: true, subtree: true, attributeFilter: ["open", "hidden"] });
})();
