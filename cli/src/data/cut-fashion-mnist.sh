#!/bin/sh
# Makes the embedded part of Fashion-MNIST: the first 10,000 training and 2,000 test images.
#
#   cut-fashion-mnist.sh FROM TO    the folder of the four original files, the folder to write to
#
# The files stay what they were, gzipped IDX; only the count in the header and the end differ.
set -eu
from=$1
to=$2

# cut_file NAME HEADER BYTES: the new header in printf's escapes, then so much of what was behind the old.
cut_file() {
    # shellcheck disable=SC2059 # the header is a format
    header=$(printf "$2" | wc -c)
    {
        # shellcheck disable=SC2059
        printf "$2"
        gzip -dc "$from/$1.gz" | tail -c "+$((header + 1))" | head -c "$3"
    } | gzip -9n >"$to/$1.gz"
}

images='\0\0\010\003' # the magic number of unsigned bytes in three dimensions
labels='\0\0\010\001'
sides='\0\0\0\034\0\0\0\034'  # 28 rows, 28 columns
ten_thousand='\0\0\047\020'
two_thousand='\0\0\007\320'

cut_file train-images-idx3-ubyte "$images$ten_thousand$sides" $((10000 * 28 * 28))
cut_file train-labels-idx1-ubyte "$labels$ten_thousand" 10000
cut_file t10k-images-idx3-ubyte "$images$two_thousand$sides" $((2000 * 28 * 28))
cut_file t10k-labels-idx1-ubyte "$labels$two_thousand" 2000
