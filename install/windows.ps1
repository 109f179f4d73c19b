# mbsxl for Excel on Windows. Right-click this file and choose "Run with PowerShell".
#
# It makes a Python environment of its own in %LOCALAPPDATA%\mbsxl, installs mbsxl there from the folder above this one,
# without a network where that is an unpacked bundle, and puts mbsxl.xlam into Excel's start folder, its settings and the
# reference of the formulas into %USERPROFILE%\.mbsxl. It changes nothing else, and removes all of that when asked to.

$ErrorActionPreference = 'Stop'
$source = Split-Path $PSScriptRoot
$environment = Join-Path $env:LOCALAPPDATA 'mbsxl'
$python = Join-Path $environment 'Scripts\python.exe'
$addin = Join-Path $env:APPDATA 'Microsoft\Excel\XLSTART\mbsxl.xlam'
$settings = Join-Path $env:USERPROFILE '.mbsxl\mbsxl.conf'
$reference = Join-Path $env:USERPROFILE '.mbsxl\functions.html'
$get = 'Get it from https://www.python.org/downloads/windows and start again.'

function Invoke-Step($words, $program, $arguments) {
    Write-Host $words
    & $program @arguments
    if ($LASTEXITCODE -ne 0) { throw "This step failed: $words" }
}

try {
    if (Get-Process EXCEL -ErrorAction SilentlyContinue) { throw 'Excel is open. Save your work, close it, start again.' }

    $answer = Read-Host 'Press Enter to install mbsxl, or type R and Enter to remove it'

    if ($answer -eq 'R') {
        # Without mbsxl's own command, which is gone where the environment is.
        foreach ($place in $addin, $settings, $reference, $environment) {
            if (Test-Path -LiteralPath $place) {
                Remove-Item -LiteralPath $place -Recurse -Force
                Write-Host "removed $place"
            }
        }
        $folder = Split-Path $settings
        if ((Test-Path -LiteralPath $folder) -and -not (Get-ChildItem -LiteralPath $folder -Force)) {
            Remove-Item -LiteralPath $folder
        }
        Write-Host 'mbsxl is not on this machine any more.'
    } else {
        if (-not (Get-Command py -ErrorAction SilentlyContinue)) { throw "Python is not installed. $get" }
        & py -3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'
        if ($LASTEXITCODE -ne 0) { throw "mbsxl needs Python 3.11 or newer. $get" }
        $from = @('--upgrade', $source)
        if (Test-Path -LiteralPath (Join-Path $source 'wheels.txt')) {
            Set-Location -LiteralPath $source
            $made = (Get-Content 'machine.txt' -Raw).Trim()
            $here = & py -3 -c 'import sys, sysconfig; print(''cp%d%d-%s'' % (*sys.version_info[:2], sysconfig.get_platform()))'
            if ($made -ne $here) { throw "The bundle is for $made, this Python is $here. Make one on such a machine." }
            $from = @('--no-index', '--no-deps', '--require-hashes', '--requirement', 'wheels.txt')
        }
        Invoke-Step 'Making the environment' 'py' @('-3', '-m', 'venv', '--clear', $environment)
        Invoke-Step 'Installing mbsxl: a few minutes' $python (@('-m', 'pip', 'install', '--quiet') + $from)
        Invoke-Step 'Putting the add-in in place' $python @('-m', 'mbsxl_install', 'excel', 'install')
        Invoke-Step 'Looking whether all is well' $python @('-m', 'mbsxl_install', 'doctor')
    }
} catch {
    Write-Host $_.Exception.Message -ForegroundColor Red
}
Read-Host 'Press Enter to close this window'
