/** Texts that cannot be read whole: cut off, out of their place, or one over another. For `page.evaluate`. */
() => {
  const faults = new Set();
  const NOT_SEEN = ".sr, .skip, option, script, style, noscript";
  /** It is whole where it leads to. */
  const MAY_BE_CUT = ".alarms.line b";
  const ROOTS = "dialog, [role=dialog], [role=alertdialog], main, nav, header, footer, body";
  const PLACES = "button, a, summary, .panel, article, dialog, header, footer";
  const shown = (text) => (text.length > 40 ? `${text.slice(0, 40)}…` : text);

  /** For screen readers alone. */
  const hasNoPart = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      if (getComputedStyle(at).clipPath === "inset(50%)") return true;
    }
    return false;
  };

  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const element = node.parentElement;
    if (node.data.trim() === "" || element.closest(NOT_SEEN) !== null) continue;
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    if (element.closest(MAY_BE_CUT) !== null || hasNoPart(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const said = shown(node.data.trim());
    for (const box of range.getClientRects()) {
      if (box.width > 1 && box.height > 1) texts.push({ element, said, box });
    }
  }

  /** Whether an element shows nothing of what is wider or higher than it: cut off, not to be scrolled to. */
  const clips = (element) => {
    const { overflowX, overflowY } = getComputedStyle(element);
    const [x, y] = [overflowX, overflowY].map((one) => one === "hidden" || one === "clip");
    const scrolls = [overflowX, overflowY].some((one) => one === "auto" || one === "scroll");
    return { x, y, scrolls };
  };

  for (const { element, said, box } of texts) {
    for (let at = element; at !== null && at !== document.documentElement; at = at.parentElement) {
      const { x, y, scrolls } = clips(at);
      if (scrolls) break;
      const edge = at.getBoundingClientRect();
      if (x && (box.right > edge.right + 1 || box.left < edge.left - 1)) faults.add(`cut off at the side: ${said}`);
      if (y && (box.bottom > edge.bottom + 3 || box.top < edge.top - 3)) faults.add(`cut off below: ${said}`);
    }
    const place = element.closest(PLACES);
    if (place !== null) {
      const edge = place.getBoundingClientRect();
      if (box.right > edge.right + 1 || box.left < edge.left - 1) faults.add(`runs out at the side: ${said}`);
      if (box.bottom > edge.bottom + 3 || box.top < edge.top - 3) faults.add(`runs out below: ${said}`);
    }
  }

  for (const element of document.querySelectorAll("body *")) {
    const { scrolls } = clips(element);
    const isField = element.matches("input, textarea, select");
    if (scrolls && !isField && element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0) {
      faults.add(`scrolls sideways: ${element.className || element.tagName}`);
    }
  }
  if (document.documentElement.scrollWidth > innerWidth + 1) faults.add("the page scrolls sideways");

  for (const [at, one] of texts.entries()) {
    for (const other of texts.slice(at + 1)) {
      if (one.element === other.element || one.element.closest(ROOTS) !== other.element.closest(ROOTS)) continue;
      const width = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
      const height = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
      if (width > 2 && height > 0.4 * Math.min(one.box.height, other.box.height)) {
        faults.add(`${one.said} lies over ${other.said}`);
      }
    }
  }
  return [...faults];
};
