// Words on the page.

const plain = new Intl.NumberFormat('en')

/** 1 link, 2 links, 1,000 links. */
export const counted = (count, thing) => `${plain.format(count)} ${thing}${count === 1 ? '' : 's'}`

/** Leaves alone what is right already, for a screen reader's sake. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text
}

/** A client's reason. That an upgrade would have been taken (426), and was not, says that something on the way did it. */
export const plainly = (reason) => reason.replace('the server answered 426', 'the upgrade was refused on the way')

export const seconds = (ms) => (ms < 9_950 ? `${(ms / 1000).toFixed(2)} s` : `${(ms / 1000).toFixed(1)} s`)
