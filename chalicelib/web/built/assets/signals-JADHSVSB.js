import{c as a,d as b,e as c}from"./chunk-U36KCXQ5.js";import"./chunk-RI74HPOZ.js";import"./chunk-Y7VWFMFZ.js";import"./chunk-HTZ6KOOD.js";export{c as raised,a as signalsTab,b as watching};
