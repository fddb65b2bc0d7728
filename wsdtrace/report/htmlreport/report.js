"use strict";
// Folding and filtering. Without this everything is there to read; nothing is fetched, stored or sent.
(() => {
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  const byId = (id) => document.getElementById(id);

  for (const controls of all(".controls")) controls.hidden = false;

  const said = (element) => element.textContent.toLowerCase();
  const tell = (id, shown, total) => {
    const place = byId(id);
    if (place) place.textContent = shown === total ? "" : `${shown} of ${total} shown`;
  };

  const findings = all("#finding-list > article");
  const boxes = all(".severity-box");
  const findingFilter = byId("finding-filter");
  const filterFindings = () => {
    const words = findingFilter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    let shown = 0;
    for (const finding of findings) {
      const text = said(finding);
      const keep = wanted.has(finding.dataset.severity) && words.every((word) => text.includes(word));
      finding.hidden = !keep;
      shown += keep ? 1 : 0;
    }
    tell("finding-count", shown, findings.length);
  };
  if (findingFilter) {
    findingFilter.addEventListener("input", filterFindings);
    for (const box of boxes) box.addEventListener("change", filterFindings);
    const fold = (open) => () => {
      for (const finding of findings) finding.querySelector("details").open = open;
    };
    byId("unfold").addEventListener("click", fold(true));
    byId("fold").addEventListener("click", fold(false));
  }

  const exchangeFilter = byId("exchange-filter");
  if (exchangeFilter) {
    const rows = all("#exchange-table tbody tr");
    const texts = rows.map(said);
    exchangeFilter.addEventListener("input", () => {
      const words = exchangeFilter.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, i) => {
        const keep = words.every((word) => texts[i].includes(word));
        row.hidden = !keep;
        shown += keep ? 1 : 0;
      });
      tell("exchange-count", shown, rows.length);
    });
  }

  // A link to something folded or filtered away brings it back.
  const reveal = () => {
    const target = location.hash.length > 1 ? byId(decodeURIComponent(location.hash.slice(1))) : null;
    if (!target) return;
    for (let element = target; element; element = element.parentElement) {
      element.hidden = false;
      if (element.tagName === "DETAILS") element.open = true;
    }
    const own = target.querySelector(":scope > details");
    if (own) own.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();

  // Paper cannot be unfolded.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all("details:not([open])");
    for (const details of folded) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of folded) details.open = false;
  });
})();
