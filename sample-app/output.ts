import { styleText } from 'node:util';

type Style = Extract<Parameters<typeof styleText>[0], string>;

const INSTANCE_STYLES: readonly Style[] = ['cyan', 'magenta', 'blue', 'green'];

/** Colours, where they can be seen: not in a pipe, and not with NO_COLOR. */
export function paint(text: string, ...styles: Style[]): string {
  // One by one: with a list Node 20 paints pipes too.
  return styles.reduce((painted, style) => styleText(style, painted), text);
}

export function say(text = ''): void {
  console.log(text);
}

/** A line that must not be missed. */
export function shout(text: string, style: Style): void {
  say(paint(` ${text} `, 'bold', 'inverse', style));
}

/** A line of an instance; `alarming` if it came from its stderr. */
export function relay(instance: string, line: string, alarming: boolean): void {
  const number = Number(instance.split('-').at(-1));
  const style = INSTANCE_STYLES[(number - 1) % INSTANCE_STYLES.length]!;
  const time = paint(new Date().toTimeString().slice(0, 8), 'dim');
  say(`${time} ${paint(`${instance} │`, style)} ${alarming ? paint(line, 'yellow') : line}`);
}

export function complain(error: unknown): void {
  console.error(paint(error instanceof Error ? error.message : String(error), 'red'));
}
