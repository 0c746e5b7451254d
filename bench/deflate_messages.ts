/** JSON as feeds send it: `count` texts of `size` bytes each, alike and never the same. */
export function jsonMessages(size: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const trades: string[] = [];
    let length = 0;
    for (let row = index * 1000; length < size; row++) {
      const trade = JSON.stringify({
        symbol: "BTC-USD",
        id: row * 7919,
        price: (64_000 + 100 * Math.sin(row)).toFixed(2),
        size: Math.abs(Math.cos(row * 3)).toFixed(5),
        side: row % 3 === 0 ? "buy" : "sell",
        time: 1_700_000_000_000 + row * 13,
      });
      trades.push(trade);
      length += trade.length + 1;
    }
    return `[${trades.join()}`.slice(0, size);
  });
}
