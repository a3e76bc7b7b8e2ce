/** `fooBar` as the variable `DETOUR_FOO_BAR`. */
export function variableName(setting: string): string {
  return `DETOUR_${setting.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** `fooBar` as the flag `--foo-bar`. */
export function flagName(setting: string): string {
  return `--${setting.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
