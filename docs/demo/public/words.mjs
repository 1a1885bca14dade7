// Words on the page.

const plain = new Intl.NumberFormat('en')

/** 1 link, 2 links, 1,000 links. */
export const counted = (count, thing) => `${plain.format(count)} ${thing}${count === 1 ? '' : 's'}`

/** Leaves alone what is right already, for a screen reader's sake. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text
}

export const seconds = (ms) => (ms < 9_950 ? `${(ms / 1000).toFixed(2)} s` : `${(ms / 1000).toFixed(1)} s`)
