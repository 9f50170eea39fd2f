# The layer law: a folder includes and links only what stands below it.
# LAYER_<folder> names every common folder that it may use, in link order; LIBS_<folder> its
# third-party libraries. `make tidy` checks the includes against these lines.
LAYER_base  :=
LAYER_obs   := base
LAYER_conf  := base
LAYER_event := base
LAYER_dossier := event base
LAYER_codec := event base
LAYER_kafka := obs base
LAYER_pg    := obs base
LAYER_store := obs base
LAYER_http  := obs base
LAYER_seal  := obs base
LAYER_edge  := seal pg obs base
LAYER_daemon := codec kafka pg store http dossier event conf obs base

LIBS_base  := -lcrypto
LIBS_codec := -ljansson
LIBS_kafka := -lrdkafka
LIBS_pg    := -lpq
LIBS_store := -llmdb
LIBS_http  := -lmicrohttpd -lrhonabwy -lcurl -ljansson -lz
LIBS_seal  := -lcrypto
LIBS_all   := -lmicrohttpd -lrhonabwy -lcurl -lrdkafka -lpq -llmdb -ljansson -lz -lcrypto -lpthread -lm

COMMON := base obs conf event dossier codec kafka pg store http seal edge daemon
LAYER_SERVICE := daemon edge seal http store pg kafka codec dossier event conf obs base
# The one program that is made of another's parts, too: verify makes rows as the projector does.
PARTS_brokerctl := projector
