// Light, dark, or as the system has it. The choice is kept in this browser; a report keeps none.

const NEXT = { auto: "light", light: "dark", dark: "auto" };

function kept() {
  try {
    return localStorage.getItem("planc.theme") || "auto";
  } catch {
    return "auto";
  }
}

export function applyTheme(theme = kept()) {
  if (theme === "auto") document.documentElement.removeAttribute("data-theme");
  else document.documentElement.dataset.theme = theme;
  return theme;
}

export function nextTheme() {
  const theme = NEXT[kept()] || "auto";
  try {
    localStorage.setItem("planc.theme", theme);
  } catch {
    // Private windows may keep nothing: the theme then holds for this page.
  }
  return applyTheme(theme);
}
