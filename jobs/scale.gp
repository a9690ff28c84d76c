# Plots of a scaling study, as SVG: gnuplot -e "here='FOLDER'; cluster='FOLDER'; out='FOLDER'" jobs/scale.gp
# `active-bench scale --out` wrote both folders: `here` with message costs as measured, `cluster` with given ones.
set terminal svg size 720,480 font "sans-serif,13" background "#ffffff"
set datafile separator ","
set datafile missing ""
set logscale x 2
set grid
set key top left
set xlabel "ranks"

measured(file) = "< grep '^measured' " . file
predicted(file) = "< grep '^predicted' " . file

set output out . "/strong.svg"
set title "Strong scaling: one case on a team"
set ylabel "speed-up"
set logscale y 2
plot x with lines lt -1 dt 2 title "ideal", \
    measured(here . "/strong.csv") using 2:5 with points pt 7 ps 1 lc 1 title "measured", \
    predicted(here . "/strong.csv") using 2:10 with linespoints pt 1 lc 1 title "model, messages as measured", \
    predicted(cluster . "/strong.csv") using 2:10 with linespoints pt 2 lc 2 title "model, messages of a cluster"

set output out . "/weak.svg"
set title "Weak scaling: one case, members as ranks"
set ylabel "efficiency"
unset logscale y
set yrange [0:1.1]
set key bottom left
plot 1 with lines lt -1 dt 2 title "ideal", \
    measured(here . "/weak.csv") using 2:6:7:8 with yerrorbars pt 7 ps 1 lc 1 title "measured, lowest to highest", \
    predicted(here . "/weak.csv") using 2:11 with linespoints pt 1 lc 1 title "model, messages as measured", \
    predicted(cluster . "/weak.csv") using 2:11 with linespoints pt 2 lc 2 title "model, messages of a cluster"

set output out . "/throughput.svg"
set title "Throughput: a case on every rank"
plot 1 with lines lt -1 dt 2 title "ideal", \
    measured(here . "/throughput.csv") using 2:6:7:8 with yerrorbars pt 7 ps 1 lc 1 title "measured, lowest to highest", \
    predicted(here . "/throughput.csv") using 2:11 with linespoints pt 1 lc 1 title "model"

set output out . "/study.svg"
set title "The paper's study over ranks, predicted with messages of a cluster"
set ylabel "hours until the last case is done"
unset yrange
set logscale y
set key top right
hours = system("sed -n 2p " . cluster . "/study.csv | cut -d, -f3") + 0
plot hours / x with lines lt -1 dt 2 title "ideal", \
    cluster . "/study.csv" skip 1 using 1:3 with linespoints pt 2 lc 2 title "teams of the best size"
