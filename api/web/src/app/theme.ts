// Light, dark and high contrast: as the system wants it, unless the reader has chosen.

export type Theme = 'auto' | 'light' | 'dark' | 'contrast';
export const themes: Theme[] = ['auto', 'light', 'dark', 'contrast'];

const key = 'aiplus:theme';

export function theme(): Theme {
  try {
    const chosen = localStorage.getItem(key) as Theme | null;
    if (chosen && themes.includes(chosen)) return chosen;
  } catch {
    // A browser may keep its storage closed.
  }
  return 'auto';
}

export function setTheme(chosen: Theme) {
  document.documentElement.dataset.theme = chosen;
  try {
    localStorage.setItem(key, chosen);
  } catch {
    // Then it holds for this page.
  }
}

document.documentElement.dataset.theme = theme();
