#!/bin/bash
# swift.sh FOLDER PORT [REPLICAS]: OpenStack Swift of Debian's packages (swift-proxy, swift-account, swift-container, swift-object)
# in the foreground: one proxy with the S3 interface on 127.0.0.1:PORT, REPLICAS object servers (default 1) on the ports above it.
# The S3 account is "test:tester", its secret "testing". The folder's file system must take extended attributes.
# Where memcached is installed it is started too: the token of Swift's own interface lives there.
set -eu
folder=$1 port=$2 replicas=${3:-1}
user=$(id -un)
export PATH=/usr/bin:/bin:/usr/sbin
mkdir -p "$folder/conf"
cd "$folder/conf"
cat > swift.conf <<CONF
[swift-hash]
swift_hash_path_prefix = flickr
swift_hash_path_suffix = bench
[storage-policy:0]
name = Policy-0
default = yes
CONF
for kind in account container object; do
    swift-ring-builder $kind.builder create 8 "$replicas" 0 > /dev/null
done
next=$((port + 1))
for n in $(seq 1 "$replicas"); do
    for kind in account container object; do
        mkdir -p "$folder/node$n/disk"
        swift-ring-builder $kind.builder add --region 1 --zone "$n" --ip 127.0.0.1 --port $next --device disk --weight 1 > /dev/null
        cat > $kind-$n.conf <<CONF
[DEFAULT]
devices = $folder/node$n
mount_check = false
bind_ip = 127.0.0.1
bind_port = $next
workers = 0
user = $user
swift_dir = $folder/conf
log_level = ERROR
fallocate_reserve = 0
[pipeline:main]
pipeline = $kind-server
[app:$kind-server]
use = egg:swift#$kind
CONF
        next=$((next + 1))
    done
done
for kind in account container object; do
    swift-ring-builder $kind.builder rebalance > /dev/null
done
cat > proxy.conf <<CONF
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $port
workers = ${SWIFT_PROXY_WORKERS:-1}
user = $user
swift_dir = $folder/conf
log_level = ERROR
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache s3api tempauth slo dlo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:$((port + 20))
[filter:s3api]
use = egg:swift#s3api
allow_multipart_uploads = true
min_segment_size = 1048576
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
CONF
children=()
trap 'kill "${children[@]}" 2> /dev/null || true; wait' EXIT
trap 'exit 0' TERM INT
if command -v memcached > /dev/null; then
    memcached -l 127.0.0.1 -p $((port + 20)) -u "$user" > /dev/null 2>&1 &
    children+=($!)
fi
for n in $(seq 1 "$replicas"); do
    for kind in account container object; do
        swift-$kind-server $kind-$n.conf > "$folder/$kind-$n.log" 2>&1 &
        children+=($!)
    done
done
swift-proxy-server proxy.conf > "$folder/proxy.log" 2>&1 &
children+=($!)
wait -n
