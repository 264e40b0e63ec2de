#!/usr/bin/env bash
# Make the wallets of a subnet's owner, validator and miner, each with a hotkey. What exists is kept as it is.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=btcli.sh
source "$(dirname "${BASH_SOURCE[0]}")/btcli.sh"

usage() {
  cat <<EOF
Usage: $PROGRAM [--wallets NAME,NAME…] [--hotkey NAME] [--wallet.path DIRECTORY] [--no-password]

  --wallets NAMES       wallets to make [owner,validator,miner]
  --hotkey NAME         the hotkey of each [default]
  --wallet.path DIR     where they are (WALLET_PATH) [$WALLET_PATH]
  --no-password         leave the coldkeys unencrypted: for test networks only

Costs nothing. btcli shows each new key's words once: write them down, they are the only way back.
EOF
}

wallets=owner,validator,miner hotkey=default password=--use-password
while [[ $# -gt 0 ]]; do
  case $1 in
    --wallets) wallets=$(value_of "$@"); shift 2 ;;
    --hotkey) hotkey=$(value_of "$@"); shift 2 ;;
    --wallet.path) WALLET_PATH=$(value_of "$@"); shift 2 ;;
    --no-password) password=--no-use-password; shift ;;
    -h | --help) usage; exit 0 ;;
    *) fail "there is no option $1; see $PROGRAM --help" ;;
  esac
done
need_btcli

IFS=, read -r -a names <<<"$wallets"
for name in "${names[@]}"; do
  [[ $name =~ ^[A-Za-z0-9_.-]+$ ]] || fail "a wallet's name has letters, digits, _ . and -, not '$name'"
  if [[ -e $WALLET_PATH/$name/coldkeypub.txt ]]; then
    echo "$name: the coldkey is there"
  else
    btcli wallet new-coldkey --wallet-name "$name" --wallet-path "$WALLET_PATH" --n-words 12 "$password" --no-overwrite
    [[ -e $WALLET_PATH/$name/coldkeypub.txt ]] || fail "btcli made no coldkey of $name"
  fi
  if [[ -e $WALLET_PATH/$name/hotkeys/$hotkey ]]; then
    echo "$name: the hotkey $hotkey is there"
  else
    btcli wallet new-hotkey --wallet-name "$name" --wallet-hotkey "$hotkey" --wallet-path "$WALLET_PATH" \
      --n-words 12 --no-use-password --no-overwrite
    [[ -e $WALLET_PATH/$name/hotkeys/$hotkey ]] || fail "btcli made no hotkey $hotkey of $name"
  fi
  echo "$name: coldkey $(coldkey_address "$name"), hotkey $(hotkey_address "$name" "$hotkey")"
done
