// The visitor's language: Chinese, English, or both side by side, as the pages are without this script.
"use strict";
(() => {
  const root = document.documentElement;
  const KEY = "fairdraw language";
  // A browser that keeps nothing for a page refuses with an error; then the choice holds for this page alone.
  const kept = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  };
  const show = (language) => {
    root.dataset.language = language;
    root.lang = language === "en" ? "en-GB" : "zh-CN";
    for (const button of document.querySelectorAll("[data-choose]")) {
      button.setAttribute("aria-pressed", String(button.dataset.choose === language));
    }
  };
  document.addEventListener("DOMContentLoaded", () => {
    document.getElementById("languages").hidden = false;
    show(kept() ?? (root.dataset.language || "both"));
    for (const button of document.querySelectorAll("[data-choose]")) {
      button.addEventListener("click", () => {
        show(button.dataset.choose);
        try {
          localStorage.setItem(KEY, button.dataset.choose);
        } catch {
          // As above.
        }
      });
    }
  });
})();
