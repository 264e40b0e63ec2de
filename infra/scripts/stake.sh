#!/usr/bin/env bash
# Bring a validator's stake on the subnet up to an amount: what is missing is staked, and nothing when nothing is.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=btcli.sh
source "$(dirname "${BASH_SOURCE[0]}")/btcli.sh"

usage() {
  cat <<EOF
Usage: $PROGRAM --netuid N --amount STAKE [options] [--yes]

  --netuid N            the subnet (NETUID); required
  --amount STAKE        what the hotkey's stake on the subnet shall be, in the subnet's own token; required.
                        What is missing is bought with TAO at the pool's rate
  --tolerance SHARE     how much worse the rate may get meanwhile [0.05]
  --wallet.name NAME    the wallet (WALLET_NAME) [validator]
  --wallet.hotkey NAME  its hotkey (WALLET_HOTKEY) [default]
  --wallet.path DIR     where wallets are (WALLET_PATH) [$WALLET_PATH]
  --network NAME        finney, test, local or a ws:// URL (SUBTENSOR_NETWORK) [$NETWORK]
  --yes                 pay without asking
EOF
}

wallet=${WALLET_NAME:-validator} hotkey=${WALLET_HOTKEY:-default} amount='' tolerance=0.05
while [[ $# -gt 0 ]]; do
  case $1 in
    --netuid) NETUID=$(value_of "$@"); shift 2 ;;
    --amount) amount=$(value_of "$@"); shift 2 ;;
    --tolerance) tolerance=$(value_of "$@"); shift 2 ;;
    --wallet.name) wallet=$(value_of "$@"); shift 2 ;;
    --wallet.hotkey) hotkey=$(value_of "$@"); shift 2 ;;
    --wallet.path) WALLET_PATH=$(value_of "$@"); shift 2 ;;
    --network | --subtensor.network | --subtensor.chain_endpoint) NETWORK=$(value_of "$@"); shift 2 ;;
    --yes | -y) YES=yes; shift ;;
    -h | --help) usage; exit 0 ;;
    *) fail "there is no option $1; see $PROGRAM --help" ;;
  esac
done
need_btcli
need_netuid
for given in "--amount $amount" "--tolerance $tolerance"; do
  [[ ${given#* } =~ ^[0-9]+(\.[0-9]{1,9})?$ ]] || fail "${given%% *} is an amount such as 1000 or 0.5, not '${given#* }'"
done
address=$(hotkey_address "$wallet" "$hotkey")

shown=$(ask_chain "subnet $NETUID" subnets show --netuid "$NETUID" --mechid 0 --no-prompt)
rate=$(printf '%s' "$shown" | read_json 'found["rate"]')
held=$(ask_chain "the stake of $wallet" stake list --ss58 "$(coldkey_address "$wallet")" --no-prompt | read_json \
  'sum(one["stake_value"] for one in found.get("stake_info", {}).get(words[0], []) if one["netuid"] == int(words[1]))' \
  "$address" "$NETUID")
missing=$(python3 - "$amount" "$held" "$rate" <<'PYTHON'
import sys
from decimal import ROUND_UP, Decimal

amount, held, rate = map(Decimal, sys.argv[1:])
tao = max(Decimal(0), amount - held) * rate
print(format(tao.quantize(Decimal("1e-9"), ROUND_UP), "f") if tao > 0 else 0)
PYTHON
)
if [[ $missing == 0 ]]; then
  echo "$wallet:$hotkey has $held staked on subnet $NETUID: nothing to do"
  exit 0
fi
pay "Staking $missing TAO to $wallet:$hotkey ($address) on subnet $NETUID of $NETWORK, which holds $held of $amount." \
  stake add --amount "$missing" --netuid "$NETUID" --wallet-name "$wallet" --wallet-hotkey "$hotkey" \
  --include-hotkeys "$address" --safe --tolerance "$tolerance" --no-partial >/dev/null
echo "$missing TAO were staked to $wallet:$hotkey on subnet $NETUID"
