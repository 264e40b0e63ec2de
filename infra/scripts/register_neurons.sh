#!/usr/bin/env bash
# Register hotkeys on the subnet. Costs the registration's price for each that is not registered yet: shown first.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=btcli.sh
source "$(dirname "${BASH_SOURCE[0]}")/btcli.sh"

usage() {
  cat <<EOF
Usage: $PROGRAM --netuid N [--neurons WALLET[:HOTKEY],…] [options] [--yes]

  --netuid N            the subnet (NETUID); required
  --neurons LIST        who is registered, a wallet and its hotkey each [validator:default,miner:default]
  --wallet.path DIR     where wallets are (WALLET_PATH) [$WALLET_PATH]
  --network NAME        finney, test, local or a ws:// URL (SUBTENSOR_NETWORK) [$NETWORK]
  --yes                 pay without asking
EOF
}

neurons=validator:default,miner:default
while [[ $# -gt 0 ]]; do
  case $1 in
    --netuid) NETUID=$(value_of "$@"); shift 2 ;;
    --neurons) neurons=$(value_of "$@"); shift 2 ;;
    --wallet.path) WALLET_PATH=$(value_of "$@"); shift 2 ;;
    --network | --subtensor.network | --subtensor.chain_endpoint) NETWORK=$(value_of "$@"); shift 2 ;;
    --yes | -y) YES=yes; shift ;;
    -h | --help) usage; exit 0 ;;
    *) fail "there is no option $1; see $PROGRAM --help" ;;
  esac
done
need_btcli
need_netuid

IFS=, read -r -a listed <<<"$neurons"
for neuron in "${listed[@]}"; do
  hotkey_address "${neuron%%:*}" "$([[ $neuron == *:* ]] && echo "${neuron#*:}" || echo default)" >/dev/null
done
for neuron in "${listed[@]}"; do
  wallet=${neuron%%:*} hotkey=default
  [[ $neuron != *:* ]] || hotkey=${neuron#*:}
  address=$(hotkey_address "$wallet" "$hotkey")
  # Asked anew each time: a registration raises the price of the next.
  shown=$(ask_chain "who is registered" subnets show --netuid "$NETUID" --mechid 0 --no-prompt)
  uid=$(printf '%s' "$shown" | read_json 'next((one["uid"] for one in found["uids"] if one["hotkey"] == words[0]), None)' "$address")
  if [[ -n $uid ]]; then
    echo "$wallet:$hotkey is registered on subnet $NETUID as uid $uid"
    continue
  fi
  cost=$(printf '%s' "$shown" | read_json 'found.get("registration_cost")')
  pay "Registering $wallet:$hotkey ($address) on subnet $NETUID of $NETWORK costs ${cost:-an unknown number of} TAO." \
    subnets register --netuid "$NETUID" --wallet-name "$wallet" --wallet-hotkey "$hotkey" >/dev/null
  echo "$wallet:$hotkey was registered on subnet $NETUID"
done
