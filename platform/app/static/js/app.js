/* Behaviour of all pages. No inline script anywhere: pages only carry data-… attributes that are read here.
   Everything works without this file except what is marked as live; it only makes things quicker. */
(function () {
  "use strict";
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));
  const one = (selector, root) => (root || document).querySelector(selector);
  const typing = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;
  const files = document.currentScript.src.replace(/js\/app\.js.*$/, "");
  const year = "; path=/; max-age=31536000; samesite=lax" + (location.protocol === "https:" ? "; secure" : "");

  /* htmx: the token with each request that changes something; live parts can be paused */
  document.addEventListener("htmx:configRequest", (event) => {
    const meta = one('meta[name="csrf-token"]');
    if (meta && event.detail.verb !== "get") event.detail.headers["X-CSRF-Token"] = meta.content;
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const live = event.target.closest("[data-live]");
    if (live && (live.dataset.paused || document.hidden || live.matches(":hover") && one(":focus", live))) event.preventDefault();
  });
  document.addEventListener("htmx:sendError", () => {
    const place = one("#notices");
    if (!place || one("[data-offline]", place)) return;
    const box = document.createElement("div");
    box.className = "g-notice g-notice-warning";
    box.dataset.offline = "1";
    box.setAttribute("role", "alert");
    box.textContent = "网络已断开，这次操作没有发出。请检查网络后重试。";
    place.replaceChildren(box);
  });

  /* clicks */
  const clicks = {
    "[data-menu-toggle]": (button) => {
      if (window.matchMedia("(max-width: 991.98px)").matches) {
        const shown = document.body.classList.toggle("g-menu-shown");
        button.setAttribute("aria-expanded", String(shown));
        if (shown) { const first = one("#menu a, #menu button"); if (first) first.focus(); }
        return;
      }
      const closed = document.body.classList.toggle("g-menu-closed");
      document.body.classList.toggle("g-menu-open", !closed);
      button.setAttribute("aria-expanded", String(!closed));
      document.cookie = "gjj_menu=" + (closed ? "closed" : "open") + year;
    },
    "[data-menu-section]": (button) => {
      if (document.body.classList.contains("g-menu-closed") && !document.body.classList.contains("g-menu-shown")) {
        const toggle = one("[data-menu-toggle]");
        if (toggle && !window.matchMedia("(max-width: 991.98px)").matches) toggle.click();
      }
      const open = button.parentElement.classList.toggle("open");
      button.setAttribute("aria-expanded", String(open));
    },
    "[data-copy]": (button) => {
      if (!navigator.clipboard) return;
      navigator.clipboard.writeText(button.dataset.copy).then(() => {
        const icon = one(".ti", button);
        if (icon) { icon.className = "ti ti-check"; setTimeout(() => { icon.className = "ti ti-copy"; }, 1500); }
        const word = button.parentElement.querySelector("[data-copied-text]");
        if (word) word.textContent = word.dataset.copiedText;
      });
    },
    "[data-live-pause]": (button) => {
      const live = button.closest("[data-live]");
      const paused = !live.dataset.paused;
      if (paused) live.dataset.paused = "1"; else delete live.dataset.paused;
      button.setAttribute("aria-pressed", String(paused));
      button.textContent = paused ? button.dataset.wordOn : button.dataset.wordOff;
    },
    "[data-veil-toggle]": (button) => {
      const hide = button.getAttribute("aria-pressed") !== "true";
      veil(button.closest("[data-veil]"), hide);
      try { localStorage.setItem("gjj-veil", hide ? "1" : "0"); } catch (_e) { /* private mode */ }
    },
    "[data-bulk-none]": () => { all("[data-bulk] input[type=checkbox]").forEach((box) => { box.checked = false; }); countBulk(); },
    "[data-code]": (button) => countDown(button),
  };
  document.addEventListener("click", (event) => {
    for (const [selector, act] of Object.entries(clicks)) {
      const found = event.target.closest(selector);
      if (found) act(found, event);
    }
    if (document.body.classList.contains("g-menu-shown") && !event.target.closest("#menu, [data-menu-toggle]")) {
      document.body.classList.remove("g-menu-shown");
    }
  });

  function veil(box, hide) {
    const button = one("[data-veil-toggle]", box);
    button.setAttribute("aria-pressed", String(hide));
    one(".ti", button).className = hide ? "ti ti-eye-off" : "ti ti-eye";
    all("[data-veil-text]", box).forEach((text) => {
      if (hide && !text.dataset.shown) { text.dataset.shown = text.textContent; text.textContent = "****"; }
      if (!hide && text.dataset.shown) { text.textContent = text.dataset.shown; delete text.dataset.shown; }
    });
  }

  function countDown(button) {
    let left = Number(button.dataset.seconds);
    const word = button.textContent;
    setTimeout(() => { button.disabled = true; }, 0);
    const timer = setInterval(() => {
      left -= 1;
      button.textContent = left + " " + button.dataset.word;
      if (left <= 0) { clearInterval(timer); button.disabled = false; button.textContent = word; }
    }, 1000);
  }

  /* ticked rows */
  function countBulk() {
    const bar = one("#bulk-form");
    if (!bar) return;
    const ticked = all("[data-bulk] tbody input[type=checkbox]:checked").length;
    const every = one("[data-bulk-everything]", bar);
    if (!ticked) every.checked = false;
    bar.hidden = ticked === 0;
    one("[data-bulk-count]", bar).textContent = every.checked ? every.dataset.total : String(ticked);
  }
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-bulk-all]")) {
      all("tbody input[type=checkbox]", event.target.closest("table")).forEach((box) => { box.checked = event.target.checked; });
    }
    if (event.target.closest("[data-bulk], #bulk-form")) countBulk();
  });

  /* keys: / search, j k Enter in the inbox, a and r where a page offers them, Escape closes the menu */
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.body.classList.contains("g-menu-shown")) {
      document.body.classList.remove("g-menu-shown");
      one("[data-menu-toggle]").focus();
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
    if (event.key === "j" || event.key === "k") {
      const items = all("[data-inbox] a");
      if (!items.length) return;
      const here = items.indexOf(document.activeElement);
      const next = here < 0 ? 0 : Math.min(items.length - 1, Math.max(0, here + (event.key === "j" ? 1 : -1)));
      items[next].focus();
      event.preventDefault();
      return;
    }
    const target = all("[data-key]").find((element) => element.dataset.key === event.key);
    if (target) { target.focus(); event.preventDefault(); }
  });

  /* identity, phone and card numbers group while one types; spaces are taken out again on the server */
  document.addEventListener("input", (event) => {
    const groups = event.target.dataset && event.target.dataset.group;
    if (!groups || event.isComposing) return;
    const input = event.target;
    const atEnd = input.selectionStart === input.value.length;
    if (!atEnd) return;
    const plain = input.value.replace(/\s/g, "");
    const parts = [];
    let start = 0;
    for (const size of groups.split(" ").map(Number)) {
      if (start < plain.length) parts.push(plain.slice(start, start + size));
      start += size;
    }
    if (start < plain.length) parts.push(plain.slice(start));
    input.value = parts.join(" ");
  });

  /* drafts: kept in this tab until sent */
  function draft(form) {
    const key = "gjj-draft:" + form.dataset.draft;
    const state = one("[data-draft-state]", form);
    const fields = () => all("input[name], textarea[name], select[name]", form).filter((f) => !["hidden", "password", "file"].includes(f.type));
    try {
      const kept = JSON.parse(sessionStorage.getItem(key) || "null");
      if (kept && !one(".has-error", form)) {
        fields().forEach((f) => {
          if (!(f.name in kept)) return;
          if (f.type === "checkbox" || f.type === "radio") f.checked = kept[f.name].includes(f.value);
          else f.value = kept[f.name][0] || "";
        });
      }
    } catch (_e) { sessionStorage.removeItem(key); }
    let timer = null;
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        const now = {};
        fields().forEach((f) => {
          const list = (now[f.name] = now[f.name] || []);
          if ((f.type !== "checkbox" && f.type !== "radio") || f.checked) list.push(f.value);
        });
        sessionStorage.setItem(key, JSON.stringify(now));
        if (state) state.textContent = state.dataset.word;
      }, 2000);
    });
    form.addEventListener("submit", () => { clearTimeout(timer); sessionStorage.removeItem(key); });
  }

  /* a form goes out once: a second click waits */
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post") return;
    if (event.target.dataset.sent) { event.preventDefault(); return; }
    event.target.dataset.sent = "1";
    setTimeout(() => { delete event.target.dataset.sent; }, 8000);
  });
  window.addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => { delete form.dataset.sent; }));

  /* two minutes before the session ends */
  function idle() {
    const minutes = Number(document.body.dataset.idleMinutes);
    const dialog = one("#idle-dialog");
    if (!minutes || !dialog) return;
    let timer;
    const restart = () => { clearTimeout(timer); timer = setTimeout(() => dialog.showModal(), Math.max(1, minutes - 2) * 60000); };
    one("[data-idle-continue]", dialog).addEventListener("click", () => {
      fetch(document.body.dataset.keepAlive, { method: "GET", credentials: "same-origin" }).then((answer) => {
        if (answer.ok) { dialog.close(); restart(); } else { location.reload(); }
      });
    });
    document.addEventListener("htmx:afterRequest", (event) => { if (!event.target.closest("[data-live]")) restart(); });
    restart();
  }

  /* a calendar beside date fields, fetched only where there are some; typing 2026-11-23 works without it */
  function calendar() {
    const fields = all("[data-calendar]");
    if (!fields.length) return;
    const sheet = document.createElement("link");
    sheet.rel = "stylesheet";
    sheet.href = files + "vendor/flatpickr/flatpickr.min.css";
    document.head.append(sheet);
    const load = (name) => new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = files + "vendor/flatpickr/" + name;
      script.onload = done;
      script.onerror = failed;
      document.head.append(script);
    });
    load("flatpickr.min.js").then(() => (document.documentElement.lang === "zh-CN" ? load("zh.js") : null)).then(() => {
      const words = { yearAriaLabel: "年", monthAriaLabel: "月", hourAriaLabel: "时", minuteAriaLabel: "分" };
      fields.forEach((field) => {
        const moment = field.dataset.calendar === "moment";
        window.flatpickr(field, {
          allowInput: true, disableMobile: true, enableTime: moment, time_24hr: true, minuteIncrement: 5,
          dateFormat: moment ? "Y-m-d H:i" : "Y-m-d", errorHandler: () => {},
          locale: window.flatpickr.l10ns.zh ? Object.assign({}, window.flatpickr.l10ns.zh, words) : "default",
        });
      });
    });
  }

  function ready() {
    all("[data-focus]").forEach((element) => element.focus());
    all("form[data-draft]").forEach(draft);
    all("[data-veil]").forEach((box) => {
      let hide = true;
      try { hide = localStorage.getItem("gjj-veil") !== "0"; } catch (_e) { /* private mode */ }
      if (hide) veil(box, true);
    });
    calendar();
    idle();
    countBulk();
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", ready); else ready();
})();
